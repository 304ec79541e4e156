import { readFile } from "node:fs/promises";

import * as isoflag from "../../dist/index.js";
import { judgeRandomValues } from "./judge.js";

isoflag.readySync(await readFile(new URL("../../dist/core.wasm", import.meta.url)));
judgeRandomValues(isoflag);
