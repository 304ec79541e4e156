/** Normalises the keys of flags. */

import { NO_FLAG } from "./answers.js";
import { isWellFormed } from "./host-json.js";

/** Returns the key, or a key that no flag has if the value is not a well-formed string. */
export function normalisedKey(key: unknown, find: (key: string) => number): string {
  let asked = typeof key === "string" ? key : "";
  if (typeof key !== "string" || !isWellFormed(key)) {
    do asked += "\ufffd";
    while (find(asked) !== NO_FLAG);
  }
  return asked;
}
