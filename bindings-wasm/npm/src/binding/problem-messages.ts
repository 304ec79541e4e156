/** Messages for problems, each at most once, worded like the core's, in `conformance/notes`. */

import { type Path, printable, printPath } from "./printable.js";

/** The number of messages after which no further one is made, so that memory is bounded. */
const MOST_MESSAGES = 100;

/** The members of a legacy user that are read. */
export const LEGACY_MEMBERS: readonly string[] =
  "key custom name anonymous privateAttributeNames firstName lastName email country avatar ip".split(" ");

/** The number of characters of a name, and of names, after which a message leaves out the rest. */
const MOST_CHARACTERS = 100;
const MOST_NAMES = 10;

function shortened(name: string): string {
  // A character has at most two units.
  const characters = [...name.slice(0, 2 * MOST_CHARACTERS + 2)];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS).join("")}…` : name;
}

function quoted(name: string): string {
  return `\`${shortened(name)}\``;
}

/** Names a flag. A key that is not a string is the caller's object, which may throw when it is converted. */
function flagOf(key: unknown): string {
  return typeof key === "string"
    ? `flag ${quoted(key)}`
    : `flag of a key that is not a string (${typeof key})`;
}

/** Returns the members of a context that are ignored because it has no `kind`. */
function ignoredMembers(context: unknown): string[] {
  try {
    if (typeof context !== "object" || context === null || Array.isArray(context)) return [];
    const names = Object.keys(context);
    return names.includes("kind") ? [] : names.filter(name => !LEGACY_MEMBERS.includes(name)).sort();
  } catch {
    // The evaluation reports it.
    return [];
  }
}

function messageOf(kind: string, subject: unknown, detail: unknown): string | undefined {
  switch (kind) {
    case "FLAG_NOT_FOUND":
      return `there is no ${flagOf(subject)}: the default is returned; check the key`;
    case "WRONG_TYPE":
      return `the ${flagOf(subject)} serves a value of another type: the default is returned; use the getter of its type`;
    case "MALFORMED_FLAG":
      return `the ${flagOf(subject)}, or a flag or segment that it needs, is malformed: the default is returned; \`isoflag check\` reports the reason`;
    case "USER_NOT_SPECIFIED":
      return `invalid context, so every flag returns the default: ${detail ?? "`Context.fromObject(context)` throws the reason"}`;
    case "value": {
      const path = (subject as Path).map(step => (typeof step === "string" ? shortened(step) : step));
      const part = path.length === 0 ? "the context" : `the attribute \`${printPath(path)}\` of a context`;
      return `${part} is ignored: ${detail} has no JSON form`;
    }
    case "context": {
      const ignored = ignoredMembers(subject);
      if (ignored.length === 0) return undefined;
      const names = ignored.slice(0, MOST_NAMES).map(quoted).join(", ");
      const others = ignored.length > MOST_NAMES ? ` and ${ignored.length - MOST_NAMES} more` : "";
      const verb = ignored.length === 1 ? "is" : "are";
      return `the context lacks \`kind\`, so it is a legacy user and ${names}${others} ${verb} ignored; add \`"kind": "user"\``;
    }
    default:
      return undefined;
  }
}

/** Makes the messages of problems, each once. */
export class ProblemMessages {
  readonly #seen = new Set<string>();

  /** Returns the message of a problem; undefined if nothing is wrong, or it was returned before. */
  next(kind: string | undefined, subject: unknown, detail?: unknown): string | undefined {
    if (kind === undefined || subject === undefined || this.#seen.size >= MOST_MESSAGES) return undefined;
    const text = messageOf(kind, subject, detail);
    const message = text && printable(text);
    if (message === undefined || this.#seen.has(message)) return undefined;
    this.#seen.add(message);
    return message;
  }
}
