/** Warns about problems on the console, each once, while an application is developed. */

import { Context, type ContextObject } from "./context.js";
import { ProblemMessages } from "./problem-messages.js";
import { problems } from "./problems.js";

/** The number of invalid contexts that are converted again to say why they are invalid. */
const MOST_OBJECTIONS = 100;

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
