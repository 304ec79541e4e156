// Takes times and writes them, one JSON object a line.

const LEAST_TURNS = 2;
const MOST_TURNS = 60;

export class Record {
  /**
   * @param {{ quick: boolean, only: string, profile?: (work: () => Promise<void>) => Promise<void> }} how
   *   `only` is the start of the `group/case` of the rows to measure. With `profile`, isoflag's blocks run alone for seconds.
   */
  constructor(host, how, write = text => process.stdout.write(text)) {
    this.host = host;
    this.how = how;
    this.blocks = how.quick ? 3 : 15;
    /** The milliseconds that each subject runs before, so that its code is compiled. */
    this.warmUp = how.quick ? 30 : 150;
    this.write = write;
  }

  line(members) {
    this.write(`${JSON.stringify({ host: this.host, ...members })}\n`);
  }

  row(group, name, subject, unit, samples) {
    this.line({ group, case: name, subject, unit, samples });
  }

  skip(group, name, reason) {
    this.line({ group, case: name, skipped: reason });
  }

  answer(name, text) {
    this.line({ case: name, answer: text });
  }

  /** Returns whether some row of a group is measured. */
  wants(group) {
    return group.startsWith(this.how.only) || this.how.only.startsWith(group);
  }

  /**
   * Times the subjects' blocks alternately, so that disturbances affect all equally. A subject is
   * `{ name, prepare, block, finish, calls }`; a block may return a promise.
   */
  async timed(group, name, subjects) {
    if (!`${group}/${name}`.startsWith(this.how.only)) {
      return;
    }
    const ran = this.how.profile ? subjects.filter(subject => subject.name === "isoflag") : subjects;
    for (const subject of ran) {
      let spent = 0;
      for (let turn = 0; turn < LEAST_TURNS || (spent < this.warmUp && turn < MOST_TURNS); turn += 1) {
        spent += (await once(subject)) * subject.calls;
      }
    }
    if (this.how.profile !== undefined) {
      await this.how.profile(() => repeated(ran[0]));
      return;
    }
    const samples = new Map(subjects.map(subject => [subject.name, []]));
    for (let turn = 0; turn < this.blocks; turn += 1) {
      for (const subject of subjects) {
        samples.get(subject.name).push((await once(subject)) * 1e6);
      }
    }
    for (const [subject, taken] of samples) {
      this.row(group, name, subject, "ns", taken);
    }
  }
}

const PROFILED_MS = 3000;

async function repeated(subject) {
  const start = performance.now();
  while (performance.now() - start < PROFILED_MS) {
    await once(subject);
  }
}

// A full collection would discard compiled code; a minor one does not.
const collect = () => globalThis.gc?.({ type: "minor" });

/** A profile counts what runs below this function. */
function profiled(block, state) {
  return block(state);
}

/** Milliseconds of one call. */
async function once({ prepare, block, finish, calls }) {
  const state = prepare?.();
  collect();
  const start = performance.now();
  let kept = profiled(block, state);
  // A promise is awaited only if there is one: awaiting takes a turn.
  if (typeof kept?.then === "function") {
    kept = await kept;
  }
  const took = performance.now() - start;
  finish?.(state, kept);
  return took / calls;
}
