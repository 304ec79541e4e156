// Answers one generated case with isoflag's npm package, in Node or in a page, with `tools.wasm` or with `core.wasm`.

const CLOCK_OFFSET_MINUTES = -330;

/** From the text where there is one, so that both ways are compared. */
function load(isoflag, line) {
  return line.text === undefined
    ? isoflag.Flags.fromObject(line.document)
    : isoflag.Flags.fromJson(line.text);
}

function contextOf(isoflag, raw) {
  try {
    return isoflag.Context.fromObject(raw);
  } catch {
    return null;
  }
}

function shown(detail) {
  return [detail.variationIndex, detail.value, detail.reason];
}

const TYPED = {
  boolean: ["boolVariationDetail", true],
  number: ["numberVariationDetail", 987654.5],
  string: ["stringVariationDetail", "default"],
  json: ["jsonVariationDetail", { default: true }],
};

/** The answers to one case, of which the calls on flags and on bound flags must give the same. */
class Case {
  #flags;
  #contexts;
  #bound;
  #options;

  constructor(isoflag, canonicalize, line) {
    this.isoflag = isoflag;
    this.canonicalize = canonicalize;
    this.line = line;
    this.#flags = load(isoflag, line);
    this.#options = { bigSegments: line.bigSegments };
    this.#contexts = line.contexts.map(raw => contextOf(isoflag, raw));
    this.#bound = line.contexts.map(raw => this.#flags.bind(raw, this.#options));
  }

  free() {
    for (const owner of [...this.#bound, ...this.#contexts, this.#flags]) owner?.free();
  }

  /** The first of some answers; if they are not equal, all of them by name, which no other host answers. */
  #same(answers) {
    const texts = Object.values(answers).map(answer => this.canonicalize(answer));
    return texts.every(text => text === texts[0]) ? Object.values(answers)[0] : answers;
  }

  /** A raw context is evaluated twice, because the second call does not convert it again. */
  #detail(index, getter, key, fallback) {
    const raw = this.line.contexts[index];
    const unbound = () => shown(this.#flags[getter](key, raw, fallback, this.#options));
    return this.#same({
      bound: shown(this.#bound[index][getter](key, fallback)),
      unbound: unbound(),
      again: unbound(),
    });
  }

  #typed(key) {
    const row = Object.entries(TYPED).map(([name, [getter, fallback]]) => [
      name,
      this.#detail(0, getter, key, fallback),
    ]);
    return Object.fromEntries(row);
  }

  #state({ context, ...given }) {
    const options = { ...given, now: this.line.now };
    return this.#same({
      bound: this.#bound[context].allFlagsState(options),
      unbound: this.#flags.allFlagsState(this.line.contexts[context], { ...options, ...this.#options }),
    });
  }

  #eachContext(show) {
    return this.#contexts.map((context, index) => context && show(context, this.line.contexts[index]));
  }

  /** What every module answers, as canonical text. */
  answers() {
    const { contexts, flags, n, now, states = [], typed = [] } = this.line;
    // Flag by flag: one context after the other is converted for the same flag.
    const columns = flags.map(key =>
      contexts.map((_, index) => this.#detail(index, "variationDetail", key, null)),
    );
    const clock = this.#contexts[0]?.withClock(now, CLOCK_OFFSET_MINUTES);
    const answers = {
      answers: contexts.map((_, index) => columns.map(column => column[index])),
      bigSegmentKeys: this.#eachContext((_, raw) => this.#flags.bigSegmentKeys(raw)),
      clock: clock?.toObject() ?? null,
      contexts: this.#eachContext(context => context.toObject()),
      digest: this.#flags.digest,
      keys: this.#flags.keys(),
      n,
      qualifiedKeys: this.#eachContext(context => context.key),
      states: states.map(options => this.#state(options)),
      typed: typed.map(key => this.#typed(key)),
    };
    clock?.free();
    return this.canonicalize(answers);
  }

  /** What only `tools.wasm` answers. The explanations are canonical text already, which is what is compared. */
  toolsAnswers() {
    const { flags, n, text } = this.line;
    const rows = this.#bound.map(one => `[${flags.map(key => one.explain(key).toJson()).join(",")}]`);
    const tools = this.canonicalize({
      // Only a text tells how a number was written.
      diagnostics: this.#flags.diagnostics.filter(
        ({ code }) => text !== undefined || code !== "number-precision",
      ),
      hashes: this.#eachContext(context => this.isoflag.secureModeHash("sdk-key", context)),
    });
    return `{"explanations":[${rows.join(",")}],"n":${n},"tools":${tools}}`;
  }
}

/** The lines that answer a case: with `core.wasm` there is no second one. */
export function answer(isoflag, canonicalize, line, { hasTools }) {
  const asked = new Case(isoflag, canonicalize, line);
  try {
    return hasTools ? [asked.answers(), asked.toolsAnswers()] : [asked.answers()];
  } finally {
    asked.free();
  }
}
