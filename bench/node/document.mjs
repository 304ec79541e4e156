// Times loading a document, and parsing a context.
import { free, times } from "./blocks.mjs";
import { clientOf, contextOf } from "./launchdarkly.mjs";
import { bytes, contexts, text } from "./workload.mjs";

export async function measureDocument({ Context, Flags }, record, calls) {
  const file = bytes("workload.json");
  const written = text("workload.json");
  await record.timed("load", "document", [
    { name: "isoflag", block: () => Flags.fromJson(file), finish: (_, flags) => flags.free(), calls: 1 },
    { name: "launchdarkly", block: () => clientOf(written), finish: (_, client) => client.close(), calls: 1 },
  ]);
  const raw = contexts.hit;
  const parsing = make => () => times(calls, () => make(raw));
  await record.timed("context", "object", [
    { name: "isoflag", block: parsing(Context.fromObject), finish: (_, all) => free(all), calls },
    { name: "launchdarkly", block: parsing(contextOf), calls },
  ]);
}
