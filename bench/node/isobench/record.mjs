// Takes times and writes them, one JSON object a line.

const LEAST_TURNS = 2;
const MOST_TURNS = 60;

export class Record {
  /**
   * @param blocks the number of timed blocks
   * @param warmUp the milliseconds that each subject runs before, so that its code is compiled
   */
  constructor(host, blocks, warmUp, write = text => process.stdout.write(text)) {
    this.host = host;
    this.blocks = blocks;
    this.warmUp = warmUp;
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

  #write(group, name, samples) {
    for (const [subject, taken] of samples) {
      this.row(group, name, subject, "ns", taken);
    }
  }

  /**
   * Times the subjects' blocks alternately, so that disturbances affect all equally. A subject is
   * `{ name, prepare, block, finish, calls }`.
   */
  timed(group, name, subjects) {
    for (const subject of subjects) {
      let spent = 0;
      for (let turn = 0; turn < LEAST_TURNS || (spent < this.warmUp && turn < MOST_TURNS); turn += 1) {
        spent += once(subject) * subject.calls;
      }
    }
    const samples = new Map(subjects.map(subject => [subject.name, []]));
    for (let turn = 0; turn < this.blocks; turn += 1) {
      for (const subject of subjects) {
        samples.get(subject.name).push(once(subject) * 1e6);
      }
    }
    this.#write(group, name, samples);
  }

  /** Like `timed`, for asynchronous blocks. */
  async timedAsync(group, name, subjects) {
    for (const subject of subjects) {
      let spent = 0;
      for (let turn = 0; turn < LEAST_TURNS || (spent < this.warmUp && turn < MOST_TURNS); turn += 1) {
        spent += (await onceAsync(subject)) * subject.calls;
      }
    }
    const samples = new Map(subjects.map(subject => [subject.name, []]));
    for (let turn = 0; turn < this.blocks; turn += 1) {
      for (const subject of subjects) {
        samples.get(subject.name).push((await onceAsync(subject)) * 1e6);
      }
    }
    this.#write(group, name, samples);
  }
}

// A full collection would discard compiled code; a minor one does not.
const collect = () => globalThis.gc?.({ type: "minor" });

/** Milliseconds of one call. */
function once({ prepare, block, finish, calls }) {
  const state = prepare?.();
  collect();
  const start = performance.now();
  const kept = block(state);
  const took = performance.now() - start;
  finish?.(state, kept);
  return took / calls;
}

async function onceAsync({ prepare, block, finish, calls }) {
  const state = prepare?.();
  collect();
  const start = performance.now();
  const kept = await block(state);
  const took = performance.now() - start;
  await finish?.(state, kept);
  return took / calls;
}
