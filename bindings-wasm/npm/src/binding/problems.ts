/** Reports what an evaluation answers with a default or ignores, to a listener if there is one. */

/**
 * The kind of a problem, and its subject; nothing is wrong if one of them is undefined:
 *
 * - an `errorKind` of a reason: the flag's key, then the context if it is known
 * - `value`: the path of the ignored attribute, in steps, then what it is
 * - `context`: an object that is converted to a context
 */
export type Report = (kind: string | undefined, subject: unknown, detail?: unknown) => void;

/** The listener. An entry for production sets none. */
export const problems: { report?: Report | undefined } = {};

/**
 * Whether the application runs in development. Bundlers replace the expression; Deno throws if the program may not read
 * the environment.
 */
export function isDevelopment(): boolean {
  try {
    return process.env["NODE_ENV"] !== "production";
  } catch {
    return false;
  }
}
