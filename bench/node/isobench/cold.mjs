// Times a new process, minus a bare Node: to the first answer from a small document, and from the whole workload.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./first-answer.mjs", import.meta.url));
const SUBJECTS = ["isoflag", "launchdarkly"];

/** Milliseconds from start to end, and the peak memory. */
function spawned(...subject) {
  const start = performance.now();
  const done = spawnSync(process.execPath, [SCRIPT, ...subject], { encoding: "utf8" });
  const took = performance.now() - start;
  if (done.status !== 0) {
    throw new Error(`${subject.join(" ")} ended with ${done.status}: ${done.stderr}`);
  }
  return [took, Number(done.stdout.match(/peak (\d+)/)[1])];
}

export function measureCold(record, runs) {
  for (const [group, size] of Object.entries({ import: "small", cold: "workload" })) {
    const over = { isoflag: [], launchdarkly: [] };
    const peaks = { isoflag: [], launchdarkly: [] };
    const bare = [];
    const barePeaks = [];
    spawned();
    for (let run = 0; run < runs; run += 1) {
      const [alone, alonePeak] = spawned();
      bare.push(alone);
      barePeaks.push(alonePeak);
      for (const subject of SUBJECTS) {
        const [took, peak] = spawned(subject, size);
        over[subject].push(took - alone);
        peaks[subject].push(peak);
      }
    }
    record.row(group, "the bare interpreter itself", "node", "ms", bare);
    record.row(`${group}-memory`, "the bare interpreter itself", "node", "bytes", barePeaks);
    for (const subject of SUBJECTS) {
      record.row(group, "over bare", subject, "ms", over[subject]);
      record.row(`${group}-memory`, "peak", subject, "bytes", peaks[subject]);
    }
  }
}
