/** The entry for pages that are developed: that of `page.js`, which warns about mistakes on the console. */

import { warnAboutProblems } from "./binding/problem-warnings.js";

warnAboutProblems();

export * from "./page.js";
