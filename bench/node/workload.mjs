// The generated inputs of the benchmarks, from the folder that ISOFLAG_BENCH_DATA names.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.ISOFLAG_BENCH_DATA;
if (folder === undefined) {
  throw new Error("`ISOFLAG_BENCH_DATA` is not set; bench/run.sh sets it");
}

export const bytes = name => new Uint8Array(readFileSync(join(folder, name)));
export const text = name => readFileSync(join(folder, name), "utf8");
export const json = name => JSON.parse(text(name));
export const contexts = json("contexts.json");
const index = json("index.json");
export const growth = index.growth;
export const cases = index.cases.map(row => ({ ...row, name: row.case, raw: contexts[row.context] }));

/** How to measure, as bench/run.sh says. */
export const how = {
  quick: process.env.ISOFLAG_BENCH_QUICK !== undefined,
  only: process.env.ISOFLAG_BENCH_ONLY ?? "",
};
