// The generated inputs of the benchmarks, from the folder that ISOFLAG_BENCH_DATA names.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.env.ISOFLAG_BENCH_DATA;
if (folder === undefined) {
  throw new Error("`ISOFLAG_BENCH_DATA` is not set; bench/run.sh sets it");
}

export const bytes = name => new Uint8Array(readFileSync(join(folder, name)));
export const text = name => readFileSync(join(folder, name), "utf8");
export const json = name => JSON.parse(text(name));
export const contexts = json("contexts.json");
export const growth = json("index.json").growth;
export const cases = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../cases.json", import.meta.url)), "utf8"),
).map(raw => ({ document: "workload", large: false, ...raw, name: raw.case, raw: contexts[raw.context] }));
