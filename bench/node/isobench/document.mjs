// Times loading a document, its digest, and parsing and binding a context.
import { free, sink, times } from "./blocks.mjs";
import { clientOf, contextOf } from "./launchdarkly.mjs";
import { bytes, contexts, text } from "./workload.mjs";

export async function measureDocument({ Context, Flags }, record, calls) {
  const file = bytes("workload.json");
  const written = text("workload.json");
  await record.timedAsync("load", "document", [
    { name: "isoflag", block: () => Flags.fromJson(file), finish: (_, flags) => flags.free(), calls: 1 },
    { name: "launchdarkly", block: () => clientOf(written), finish: (_, client) => client.close(), calls: 1 },
  ]);
  record.timed("digest", "document", [
    {
      name: "isoflag",
      prepare: () => Flags.fromJson(file),
      block: flags => {
        sink.value = flags.digest;
      },
      finish: flags => flags.free(),
      calls: 1,
    },
  ]);
  const flags = Flags.fromJson(file);
  const raw = contexts.hit;
  const context = Context.fromObject(raw);
  const subject = (name, make, finish) => ({ name, block: () => times(calls, make), finish, calls });
  const freed = (_, all) => free(all);
  record.timed("bind", "context", [subject("isoflag", () => flags.bind(context), freed)]);
  record.timed("bind", "object", [subject("isoflag", () => flags.bind(raw), freed)]);
  record.timed("context", "object", [
    subject("isoflag", () => Context.fromObject(raw), freed),
    subject("launchdarkly", () => contextOf(raw)),
  ]);
}
