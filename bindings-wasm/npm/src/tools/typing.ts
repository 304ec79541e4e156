/** Types of a document's flags for TypeScript and Python. */

import { argumentErrors } from "../binding/errors.js";
import type { Held } from "../binding/handles.js";
import { flagsTyping } from "../generated/tools-glue.js";
import { during } from "./failures.js";

/** Returns the text of a file with the types of the flags. */
export function typing(flags: Held, language: "typescript" | "python" = "typescript"): string {
  return during(argumentErrors, () => flagsTyping(flags.handle, language));
}
