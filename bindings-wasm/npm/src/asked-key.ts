import { NO_FLAG } from "./answers.js";
import { isWellFormed } from "./host-json.js";

/** A key as it can be asked about: in place of one that cannot cross, such as no flag has. */
export function askedKey(key: unknown, find: (key: string) => number): string {
  let asked = typeof key === "string" ? key : "";
  if (typeof key !== "string" || !isWellFormed(key)) {
    do asked += "\ufffd";
    while (find(asked) !== NO_FLAG);
  }
  return asked;
}
