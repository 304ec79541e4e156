import { readFileSync } from "node:fs";
import { Flags } from "../../../../bindings-wasm/npm/dist/node.js";
import { end } from "./peak.mjs";

const flags = Flags.fromJson(readFileSync(`${process.env.ISOFLAG_BENCH_DATA}/workload.json`));
if (flags.boolVariation("fallthrough", { kind: "user", key: "anna" }, false) !== true) {
  throw new Error("the first answer is wrong");
}
end();
