/** What only `tools.wasm` can do, for the classes of which every entry has the rest. A page's entries do without it. */

import { readExplanation } from "./explanation.js";
import {
  __wbg_set_wasm,
  flagsDiagnostics,
  flagsTyping,
  imports,
  loadAppConfig,
  parseTtl,
  secureModeHash,
  secureModeHashForHost,
} from "./generated/tools-glue.js";
import { check, diff, strategyFor, withStrategy } from "./lifecycle.js";
import { readReceipt } from "./receipt.js";

/** Of the glue of `tools.wasm` what the glue of `core.wasm` has not. */
const glue = {
  __wbg_set_wasm,
  flagsDiagnostics,
  flagsTyping,
  imports,
  loadAppConfig,
  parseTtl,
  secureModeHash,
  secureModeHashForHost,
};

export const tooling = {
  glue,
  check,
  diff,
  readExplanation,
  readReceipt,
  strategyFor,
  withStrategy,
} as const;

export type Tooling = typeof tooling;
