/** Makes untrusted text printable in messages, which terminals, pipelines' logs and readers see. */

/** Control and format characters, separators of lines, and the beginnings of commands of a pipeline. */
const OBEYED = /[\p{Cc}\p{Cf}\u2028\u2029]|#(?=#(vso)?\[)/gu;

const PLAIN_NAME = /^[A-Za-z0-9_-]+$/;

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Escapes a message as the core's `printable` does; errors are also thrown before the core is loaded. A message begins
 * with words of its own, so that no line of it begins with `::`.
 */
export function printable(message: string): string {
  return message.replace(
    OBEYED,
    obeyed =>
      SHORT[obeyed] ??
      obeyed.replace(/./gs, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

/** The names and indices that lead to a value. */
export type Path = readonly (string | number)[];

/** Formats a path like the core. */
export function printPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!PLAIN_NAME.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}
