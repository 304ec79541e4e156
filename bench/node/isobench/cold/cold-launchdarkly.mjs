import { readFileSync } from "node:fs";
import { clientOf } from "../launchdarkly.mjs";
import { end } from "./peak.mjs";

const client = await clientOf(readFileSync(`${process.env.ISOFLAG_BENCH_DATA}/workload.json`, "utf8"));
if ((await client.boolVariation("fallthrough", { kind: "user", key: "anna" }, false)) !== true) {
  throw new Error("the first answer is wrong");
}
end();
