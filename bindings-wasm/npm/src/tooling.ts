/** What only `tools.wasm` can do, for the classes of which every entry has the rest. A page's entries do without it. */

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
