// Measures a fresh process minus a bare Node: the first answer from a small document, and from the whole workload.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = name => fileURLToPath(new URL(`./cold/${name}.mjs`, import.meta.url));

function spawned(name) {
  const start = performance.now();
  const done = spawnSync(process.execPath, [script(name)], { encoding: "utf8" });
  const took = performance.now() - start;
  if (done.status !== 0) {
    throw new Error(`${name} ended with ${done.status}: ${done.stderr}`);
  }
  return [took, Number(done.stdout.match(/peak (\d+)/)[1])];
}

export function measureCold(record, runs) {
  const groups = {
    import: { isoflag: "first-isoflag", launchdarkly: "first-launchdarkly" },
    cold: { isoflag: "cold-isoflag", launchdarkly: "cold-launchdarkly" },
  };
  for (const [group, scripts] of Object.entries(groups)) {
    const over = { isoflag: [], launchdarkly: [] };
    const peaks = { isoflag: [], launchdarkly: [] };
    const bare = [];
    const barePeaks = [];
    spawned("bare");
    for (let run = 0; run < runs; run += 1) {
      const [alone, alonePeak] = spawned("bare");
      bare.push(alone);
      barePeaks.push(alonePeak);
      for (const [subject, name] of Object.entries(scripts)) {
        const [took, peak] = spawned(name);
        over[subject].push(took - alone);
        peaks[subject].push(peak);
      }
    }
    record.row(group, "the bare interpreter itself", "node", "ms", bare);
    record.row(`${group}-memory`, "the bare interpreter itself", "node", "bytes", barePeaks);
    for (const subject of Object.keys(scripts)) {
      record.row(group, "over bare", subject, "ms", over[subject]);
      record.row(`${group}-memory`, "peak", subject, "bytes", peaks[subject]);
    }
  }
}
