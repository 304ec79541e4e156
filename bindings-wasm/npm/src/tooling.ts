/** The functions of `tools.wasm` for the classes that every entry shares. A page's entries work without them. */

import { certification, deployment, finish, withStatus } from "./certification.js";
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
import { retirements } from "./reports.js";

/** The glue of `tools.wasm` beyond the glue of `core.wasm`. */
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
  certification,
  check,
  deployment,
  diff,
  finish,
  readExplanation,
  readReceipt,
  retirements,
  strategyFor,
  withStatus,
  withStrategy,
} as const;

export type Tooling = typeof tooling;
