/** Warns about problems on the console, each once, while an application is developed. */

import { Context } from "./context.js";
import { type ContextError, contextErrors } from "./errors.js";
import { encodeLeniently } from "./json-encoding.js";
import { type Path, printPath } from "./printable.js";
import { ProblemMessages } from "./problem-messages.js";
import { problems } from "./problems.js";

/** The number of invalid contexts that are converted again to say why they are invalid. */
const MOST_OBJECTIONS = 100;
/** The length of its text beyond which that would take noticeably longer than the evaluation. */
const MOST_BYTES = 1 << 16;

/** Returns why a context is invalid; undefined if it is valid, was parsed before, or is too long. */
function objection(context: unknown): string | undefined {
  /** The values without a JSON form, by path. Most of them are only ignored. */
  const odd = new Map<string, unknown>();
  const { report } = problems;
  problems.report = (kind, path, what) => {
    if (kind === "value") odd.set(printPath(path as Path), what);
  };
  let text: Uint8Array;
  try {
    text = encodeLeniently(context, MOST_BYTES);
  } finally {
    problems.report = report;
  }
  if (text.length > MOST_BYTES) return undefined;
  try {
    Context.fromJson(text).free();
    return undefined;
  } catch (error) {
    const { path = "", message } = error as ContextError;
    const what = odd.get(path);
    return what === undefined ? message : contextErrors.at(path, `${what} has no JSON form`).message;
  }
}

/** Starts to warn. */
export function warnAboutProblems(): void {
  const messages = new ProblemMessages();
  let objections = 0;
  problems.report = (kind, subject, detail) => {
    let why = detail;
    if (kind === "USER_NOT_SPECIFIED" && detail !== undefined) {
      if (objections++ >= MOST_OBJECTIONS) return;
      why = objection(detail);
    }
    const message = messages.next(kind, subject, why);
    if (message !== undefined) console.warn(`isoflag: ${message}`);
  };
}
