/** Types of a document's flags, filled in by an application's declarations. */

import type { JsonValue } from "./json.js";

/**
 * The type of each flag by its key. Empty by default: `npx isoflag-cli types flags.json --out flags.d.ts` writes a declaration
 * that fills it in, so that every getter is typed for the flags of that document.
 *
 * ```ts
 * declare module "isoflag" {
 *   interface FlagTypes {
 *     "new-checkout": boolean;
 *     banner: "plain" | "loud";
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: an application's declaration is merged into it
export interface FlagTypes {}

/**
 * The key of a flag: any string while {@link FlagTypes} is empty.
 */
export type FlagKey = [keyof FlagTypes] extends [never] ? string : keyof FlagTypes & string;

/** The key of a flag that may serve a value of that type. */
export type FlagKeyOf<Type> = [keyof FlagTypes] extends [never]
  ? string
  : {
      [Key in keyof FlagTypes]: [Extract<FlagTypes[Key], Type>] extends [never] ? never : Key;
    }[keyof FlagTypes] &
      string;

/** The value of the flag with that key: any JSON if the type is unknown. */
export type FlagValue<Key extends string> = Key extends keyof FlagTypes ? FlagTypes[Key] : JsonValue;
