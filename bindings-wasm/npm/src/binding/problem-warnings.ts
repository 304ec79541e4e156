/** Warns about problems on the console, each once, while an application is developed. */

import { Context } from "./context.js";
import { contextErrors } from "./errors.js";
import { encodeStrictly } from "./json-encoding.js";
import { ProblemMessages } from "./problem-messages.js";
import { problems } from "./problems.js";

/** The number of invalid contexts that are converted again to say why they are invalid. */
const MOST_OBJECTIONS = 100;
/** The length of its text beyond which that would take noticeably longer than the evaluation. */
const MOST_BYTES = 1 << 16;

/** Returns why a context is invalid; undefined if it is valid, was parsed before, or is too long. */
function objection(context: unknown): string | undefined {
  try {
    const text = encodeStrictly(context, MOST_BYTES, contextErrors);
    if (text.length <= MOST_BYTES) Context.fromJson(text).free();
    return undefined;
  } catch (error) {
    return (error as Error).message;
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
