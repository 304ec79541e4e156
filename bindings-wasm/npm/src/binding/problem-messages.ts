/** Messages for problems, each at most once. */

/** The number of messages after which no further one is made, so that memory is bounded. */
const MOST_MESSAGES = 100;

/** The members of a legacy user that are read. */
export const LEGACY_MEMBERS: readonly string[] =
  "key custom name anonymous privateAttributeNames firstName lastName email country avatar ip".split(" ");

/** Escapes line breaks and other control characters of a key. */
function quoted(key: string): string {
  return `\`${JSON.stringify(key).slice(1, -1)}\``;
}

/** Returns the members of a context that are ignored because it has no `kind`. */
function ignoredMembers(context: unknown): string[] {
  try {
    if (typeof context !== "object" || context === null || Array.isArray(context)) return [];
    const names = Object.keys(context);
    return names.includes("kind") ? [] : names.filter(name => !LEGACY_MEMBERS.includes(name));
  } catch {
    // The evaluation reports it.
    return [];
  }
}

function messageOf(kind: string, subject: unknown, detail: unknown): string | undefined {
  switch (kind) {
    case "FLAG_NOT_FOUND":
      return `there is no flag ${quoted(String(subject))}: its default is returned`;
    case "WRONG_TYPE":
      return `the flag ${quoted(String(subject))} serves a value of another type: its default is returned`;
    case "MALFORMED_FLAG":
      return `the flag ${quoted(String(subject))} is malformed: its default is returned; \`isoflag check\` says why`;
    case "USER_NOT_SPECIFIED":
      return `invalid context: every flag returns its default; ${detail ?? "`Context.fromObject(context)` says why"}`;
    case "value":
      return `the attribute \`${subject}\` of a context is ignored: ${detail} has no JSON form`;
    case "context": {
      const ignored = ignoredMembers(subject);
      if (ignored.length === 0) return undefined;
      return `a context without \`kind\` is a legacy user, which has no ${ignored.map(quoted).join(", ")}: add \`kind: "user"\``;
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
    const message = messageOf(kind, subject, detail);
    if (message === undefined || this.#seen.has(message)) return undefined;
    this.#seen.add(message);
    return message;
  }
}
