import type { JsonValue } from "./json.js";

/**
 * What each flag serves, by its key. It is empty here: `npx isoflag-cli types flags.json --out flags.d.ts` writes a declaration
 * that fills it in, and from then on every getter knows the flags of that document.
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

/** The key of a flag: any string while {@link FlagTypes} is empty. */
export type FlagKey = [keyof FlagTypes] extends [never] ? string : keyof FlagTypes & string;

/** The key of a flag that may serve a value of that type. */
export type FlagKeyOf<Type> = [keyof FlagTypes] extends [never]
  ? string
  : {
      [Key in keyof FlagTypes]: [Extract<FlagTypes[Key], Type>] extends [never] ? never : Key;
    }[keyof FlagTypes] &
      string;

/** What the flag of that key serves: any JSON where nothing more is known. */
export type FlagValue<Key extends string> = Key extends keyof FlagTypes ? FlagTypes[Key] : JsonValue;
