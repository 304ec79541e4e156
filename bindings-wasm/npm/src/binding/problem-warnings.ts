/** Warns about problems on the console, each once, while an application is developed. */

import { Context, type ContextObject } from "./context.js";
import { ProblemMessages } from "./problem-messages.js";
import { problems } from "./problems.js";

/** Returns why a context is invalid; undefined if it is valid, or was parsed before. */
function objection(context: unknown): string | undefined {
  try {
    Context.fromObject(context as ContextObject).free();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Starts to warn. */
export function warnAboutProblems(): void {
  const messages = new ProblemMessages();
  problems.report = (kind, subject, detail) => {
    const why = kind === "USER_NOT_SPECIFIED" && detail !== undefined ? objection(detail) : detail;
    const message = messages.next(kind, subject, why);
    if (message !== undefined) console.warn(`isoflag: ${message}`);
  };
}
