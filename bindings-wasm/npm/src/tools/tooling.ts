/** The functions of `tools.wasm` for the classes that every entry shares. A page's entries work without them. */

import { hasTools } from "../binding/engine.js";
import { argumentErrors } from "../binding/errors.js";
import type { Held } from "../binding/handles.js";
import { __wbg_set_wasm, flagsTyping, imports, loadAppConfig } from "../generated/tools-glue.js";
import { check, readDiagnostics } from "./check.js";
import { diff } from "./diff.js";
import { during, toJson } from "./documents.js";
import { readExplanation, readReceipt } from "./explanation.js";
import { impact } from "./impact.js";
import { advance, certification, deployment, finish, withStatus } from "./lifecycle.js";
import { addProjections } from "./projection.js";
import { retirements } from "./retirement.js";
import { addSystems, strategyFor, withStrategy } from "./strategy.js";

/** The glue of `tools.wasm` beyond the glue of `core.wasm`. */
const glue = { __wbg_set_wasm, imports, loadAppConfig };

addProjections();
addSystems();

export const tooling = {
  glue,
  advance,
  certification,
  check,
  deployment,
  diagnostics: readDiagnostics,
  diff,
  explain: readExplanation,
  finish,
  impact,
  receipt: readReceipt,
  retirements,
  strategyFor,
  toJson,
  typing,
  withStatus,
  withStrategy,
} as const;

export type Tooling = typeof tooling;

/** The functions whose first argument is the core's object of a document or of bound flags. */
export type Tools = Omit<Tooling, "glue">;

/** Called after the start of an entry with all features; throws if `core.wasm` was loaded first. */
export function requireToolsFirst(remedy: string): void {
  if (!hasTools()) throw new Error(`isoflag has started from core.wasm already; ${remedy}`);
}

/** Returns the text of a file with the types of the flags. */
export function typing(flags: Held, language: "typescript" | "python" = "typescript"): string {
  return during(argumentErrors, () => flagsTyping(flags.handle, language));
}
