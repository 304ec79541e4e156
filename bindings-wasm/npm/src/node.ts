/**
 * The entry for Node: ready when it is imported. The module is inlined because bundlers for servers break reading a file
 * beside the script.
 */

import { start } from "./engine.js";
import { toolsBase64 } from "./generated/tools-base64.js";
import { tooling } from "./tooling.js";

start(Buffer.from(toolsBase64, "base64"), tooling);

export { ready, readySync } from "./immediate.js";
export * from "./tools-api.js";
