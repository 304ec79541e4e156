/**
 * The entry for Node: ready when it is imported. The module is inlined because bundlers for servers break reading a file
 * beside the script.
 */

import { readPlainContextsWith, start } from "./engine.js";
import { toolsBase64 } from "./generated/tools-base64.js";
import { PlainContexts } from "./plain-contexts.js";
import { tooling } from "./tooling.js";

readPlainContextsWith(() => new PlainContexts());
start(Buffer.from(toolsBase64, "base64"), tooling);

export { ready, readySync } from "./immediate.js";
export * from "./tools-api.js";
