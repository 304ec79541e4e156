/** Converts what the functions of `tools.wasm` throw. */

import type { ErrorKind } from "../binding/errors.js";

/** Calls functions of `tools.wasm`, and converts the failures that they throw to errors of a kind. */
export function during<T>(errors: ErrorKind, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw typeof thrown === "string" ? errors.of(thrown) : thrown;
  }
}
