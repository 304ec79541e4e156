/**
 * Evaluates a case with isoflag, and compares the answer with the expected one. Independent of the host: it runs in
 * Node and in a page, with any entry of the package.
 */
import canonicalize from "canonicalize";

/** Returns the cases of one file, each with the documents that the file shares. */
export function casesOf(content) {
  return content.cases.map(given => ({ ...given, documents: content.documents ?? {} }));
}

/**
 * Returns the answer to a case, which may be an error, and the message of that error.
 *
 * `full` is the answer of an entry with the tools: the parts that an entry without them rejects are taken from it.
 */
export function answer(isoflag, given, full) {
  const { DocumentError, ContextError } = isoflag;
  const asked = new CaseRun(isoflag, given, full);
  try {
    return { answer: asked.answer(given.call), message: "", borrowed: asked.borrowed };
  } catch (error) {
    if (!(error instanceof DocumentError || error instanceof ContextError)) throw error;
    return {
      answer: { error: { code: error.code, path: error.path } },
      message: error.message,
      borrowed: asked.borrowed,
    };
  } finally {
    asked.free();
  }
}

/** A text: a string, or parts of which some are repeated. */
function written(text) {
  if (typeof text === "string") return text;
  return text.parts.map(part => (typeof part === "string" ? part : part.repeat.repeat(part.times))).join("");
}

const hasText = given => given.documentText !== undefined || given.documentBase64 !== undefined;

/** Returns the document as the case specifies it: an object, a text, or bytes. */
function documentOf(given) {
  if (given.documentBase64 !== undefined) {
    return Uint8Array.from(atob(given.documentBase64), character => character.charCodeAt(0));
  }
  if (given.documentText !== undefined) return new TextEncoder().encode(written(given.documentText));
  const document = given.document ?? { flags: {} };
  return typeof document === "string" ? given.documents[document] : document;
}

function load({ Flags }, given) {
  const document = documentOf(given);
  if (given.container === "flagMap") return Flags.fromFlagMap(document);
  if (given.container === "appconfig") return Flags.fromAppConfig(document);
  return hasText(given) ? Flags.fromJson(document) : Flags.fromObject(document);
}

const GETTERS = {
  any: "variation",
  bool: "boolVariation",
  int: "numberVariation",
  float: "numberVariation",
  string: "stringVariation",
  json: "jsonVariation",
};

/** Fails if two equivalent calls return different answers. */
function same(one, other, what) {
  if (canonicalize(one) !== canonicalize(other)) {
    throw new Error(`${what}: ${canonicalize(one)} is not ${canonicalize(other)}`);
  }
}

/** A case whose document or context an earlier call may have changed. */
class CaseRun {
  #isoflag;
  #given;
  #full;
  #flags;
  #context;
  #owned = [];
  /** Whether a part of the answer comes from another entry. */
  borrowed = false;

  constructor(isoflag, given, full) {
    this.#isoflag = isoflag;
    this.#given = given;
    this.#full = full;
  }

  /** Calls a function of the tools; without them, returns the part of the full answer. */
  #withTools(tell, borrow) {
    try {
      return tell();
    } catch (error) {
      if (this.#full === undefined || !error.message.includes("isoflag/tools")) throw error;
      this.borrowed = true;
      return borrow(this.#full);
    }
  }

  free() {
    for (const item of this.#owned) item.free();
  }

  #own(item) {
    this.#owned.push(item);
    return item;
  }

  get #loaded() {
    this.#flags ??= this.#own(load(this.#isoflag, this.#given));
    return this.#flags;
  }

  /** The context, parsed: throws if it is invalid. */
  get #strictContext() {
    const { Context } = this.#isoflag;
    this.#context ??= this.#own(
      this.#given.contextText === undefined
        ? Context.fromObject(this.#given.context)
        : Context.fromJson(written(this.#given.contextText)),
    );
    return this.#context;
  }

  /** The context of an evaluation: a plain object is passed unchanged. */
  get #anyContext() {
    if (this.#context !== undefined || this.#given.contextText !== undefined) return this.#strictContext;
    return this.#given.context;
  }

  get #options() {
    return { bigSegments: this.#given.bigSegments };
  }

  answer(call) {
    // Only the tools load a profile: without them nothing can be evaluated.
    if (this.#given.container === "appconfig" && this.#full !== undefined) {
      this.borrowed = true;
      return this.#full;
    }
    const [[name, given]] = Object.entries(call);
    switch (name) {
      case "load":
        return this.#load(this.#loaded);
      case "evaluate":
        return this.#evaluate(given);
      case "explain": {
        const [flags, context] = [this.#loaded, this.#anyContext];
        return this.#withTools(
          () => JSON.parse(flags.explain(given.flag, context, this.#options).toJson()),
          full => full,
        );
      }
      case "allFlagsState":
        return {
          state: this.#loaded.allFlagsState(this.#anyContext, {
            ...given,
            now: given.now ?? 0,
            ...this.#options,
          }),
        };
      case "apply":
        return this.#apply(given);
      case "context":
        return { key: this.#strictContext.key, context: this.#strictContext.toObject() };
      case "withClock":
        this.#context = this.#own(this.#strictContext.withClock(given.nowMs, given.offsetMinutes));
        return this.answer(given.then ?? { context: {} });
      case "secureModeHash":
        return this.#secureModeHash(given.sdkKey);
      case "bigSegmentKeys":
        return { keys: this.#loaded.bigSegmentKeys(this.#anyContext) };
      case "consistency":
        return this.#consistency(given);
      case "parseTtl":
        return this.#parseTtl(given.text);
      case "supersedes":
        return this.#supersedes(given);
      case "stepsBack":
        return { stepsBack: this.#loaded.stepsBackFrom(this.#document(given.held)) };
      case "pinned":
        return this.#withTools(
          () => this.#pinned(given),
          full => full,
        );
      case "strategy":
        return this.#withTools(
          () => this.#strategy(given),
          full => full,
        );
      case "strategyFor":
        return this.#withTools(
          () => ({ strategy: this.#loaded.strategyFor(given.system, this.#anyContext) ?? null }),
          full => full,
        );
      case "status":
        return this.#withTools(
          () => this.#status(given),
          full => full,
        );
      case "certification":
        return this.#withTools(
          () => this.#loaded.certification(given),
          full => full,
        );
      case "deployment":
        return this.#withTools(
          () => this.#orRefused(() => this.#loaded.deployment(given.artifactTime, given.now)),
          full => full,
        );
      case "finish":
        return this.#withTools(
          () => this.#finish(given),
          full => full,
        );
      case "retirements":
        return this.#withTools(
          () => ({ retirements: this.#loaded.retirements(given) }),
          full => full,
        );
      case "receipt":
        return this.#withTools(
          () => this.#receipt(given.flag),
          full => full,
        );
      case "replay":
        return this.#withTools(
          () => this.#replay(written(given.receipt)),
          full => full,
        );
      default:
        throw new Error(`unknown call \`${name}\``);
    }
  }

  #load(flags) {
    return {
      keys: flags.keys(),
      version: flags.version ?? null,
      digest: flags.digest,
      diagnostics: this.#withTools(
        () =>
          flags.diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path, message })),
        full => full.diagnostics,
      ),
    };
  }

  #evaluate(given) {
    const key = given.flagText === undefined ? given.flag : JSON.parse(given.flagText);
    const getter = GETTERS[given.type ?? "any"];
    const [flags, context, fallback] = [this.#loaded, this.#anyContext, given.default];
    const detail = flags[`${getter}Detail`](key, context, fallback, this.#options);
    const bound = this.#own(flags.bind(context, this.#options));
    const again = bound[`${getter}Detail`](key, fallback);
    same(detail.value, flags[getter](key, context, fallback, this.#options), "the value of a detail");
    same(detail.value, bound[getter](key, fallback), "the value of bound flags");
    same(
      [detail.value, detail.variationIndex, detail.reason],
      [again.value, again.variationIndex, again.reason],
      "the detail of bound flags",
    );
    // This host has no integers: if the suite expects one, a served number is truncated like an integer.
    const cut = given.type === "int" && detail.variationIndex !== null;
    return {
      value: cut ? Math.trunc(detail.value) : detail.value,
      variationIndex: detail.variationIndex,
      reason: detail.reason,
    };
  }

  #apply(given) {
    for (const patch of given.patches) {
      const before = this.#loaded.digest;
      const changed = this.#loaded.apply(patch.text === undefined ? patch : written(patch.text));
      same(this.#loaded.digest, before, "the digest of flags that a patch was applied to");
      this.#flags = this.#own(changed);
    }
    return this.answer(given.then ?? { load: {} });
  }

  #document(object) {
    return this.#own(this.#isoflag.Flags.fromObject(object));
  }

  #supersedes({ held, evidence }) {
    const [flags, before] = [this.#loaded, held === null ? undefined : this.#document(held)];
    return { supersedes: flags.supersedes(before, evidence) };
  }

  #consistency({ flag, nowMs, ttlSeconds, pollTimeoutMs, takenMs }) {
    const [flags, context] = [this.#loaded, this.#anyContext];
    const options = { ...this.#options, takenMs };
    const found = flags.consistency(flag, context, nowMs, ttlSeconds, pollTimeoutMs, options);
    const bound = this.#own(flags.bind(context, this.#options));
    same(
      found,
      bound.consistency(flag, nowMs, ttlSeconds, pollTimeoutMs, { takenMs }),
      "the gate of bound flags",
    );
    const why = this.#full?.diagnostics;
    if (why === undefined) return found;
    this.borrowed = true;
    return { ...found, diagnostics: why };
  }

  /** Parses a time to live; null if it is invalid. */
  #parseTtl(text) {
    const { parseTtl } = this.#isoflag;
    return this.#withTools(
      () => {
        try {
          return { seconds: parseTtl(text) };
        } catch (error) {
          if (error.message.includes("isoflag/tools")) throw error;
          return { seconds: null };
        }
      },
      full => full,
    );
  }

  #receipt(flag) {
    const { replay } = this.#isoflag;
    const receipt = this.#loaded.receipt(flag, this.#anyContext, this.#options);
    const again = replay(receipt, this.#loaded, this.#anyContext, this.#options);
    same(again.toJson(), receipt.toJson(), "a receipt that is replayed");
    return JSON.parse(receipt.toJson());
  }

  #pinned(given) {
    const { DocumentHistory, PinError } = this.#isoflag;
    const { digest, nowMs, ttlSeconds, pollTimeoutMs, maxPinAgeMs, maxDocuments } = given;
    const history = this.#own(new DocumentHistory({ maxDocuments }));
    for (const entry of given.history) {
      const named = typeof entry.document === "string";
      const document = named ? this.#given.documents[entry.document] : entry.document;
      if (entry.fetched) history.keepFetched(document);
      else if (entry.superseded) history.keep(document, entry.nowMs);
      else history.add(document, entry.nowMs);
    }
    try {
      const pinned = history.pinned(digest, nowMs, ttlSeconds, pollTimeoutMs, { maxPinAgeMs });
      this.#flags = this.#own(pinned.flags);
      return { digest: pinned.digest, switchedOff: pinned.switchedOff, answer: this.answer(given.then) };
    } catch (error) {
      if (!(error instanceof PinError)) throw error;
      same(error.held, history.digests(), "what a refusal names");
      return { refused: { code: error.code, held: error.held } };
    }
  }

  #strategy({ strategy, then }) {
    const { StrategyError } = this.#isoflag;
    const before = this.#loaded.digest;
    try {
      const overlaid = this.#own(this.#loaded.withStrategy(strategy));
      same(this.#loaded.digest, before, "the digest of flags that a strategy was laid over");
      this.#flags = overlaid;
    } catch (error) {
      if (!(error instanceof StrategyError)) throw error;
      return { refused: { code: error.code, path: error.path } };
    }
    return this.answer(then);
  }

  /** Returns the answer, or the error of an invalid transition. */
  #orRefused(answer) {
    const { LifecycleError } = this.#isoflag;
    try {
      return answer();
    } catch (error) {
      if (!(error instanceof LifecycleError)) throw error;
      return { refused: { code: error.code, legal: error.legal } };
    }
  }

  #status({ flag, to, now, then }) {
    return this.#orRefused(() => {
      const before = this.#loaded.digest;
      const after = this.#own(this.#loaded.withStatus(flag, to, now));
      same(this.#loaded.digest, before, "the digest of flags that a status was set in");
      same(this.#own(this.#isoflag.Flags.fromJson(after.toJson())).digest, after.digest, "the text of flags");
      this.#flags = after;
      return this.answer(then);
    });
  }

  #finish({ flag, now, safetyPeriod }) {
    return this.#orRefused(() => ({ change: this.#loaded.finish(flag, now, safetyPeriod) ?? null }));
  }

  #replay(text) {
    const { ReceiptError, replay } = this.#isoflag;
    try {
      replay(text, this.#loaded, this.#anyContext, this.#options);
      return { holds: true };
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error;
      return { refused: { code: error.code, path: error.path } };
    }
  }

  /** This host throws for an invalid context; the suite's answer is then empty. */
  #secureModeHash(sdkKey) {
    const { ContextError, secureModeHash } = this.#isoflag;
    const context = this.#anyContext;
    try {
      return this.#withTools(
        () => ({ hash: secureModeHash(sdkKey, context) }),
        full => full,
      );
    } catch (error) {
      // An SDK key that is refused is a RangeError.
      if (error instanceof ContextError || error instanceof RangeError) return { hash: "" };
      throw error;
    }
  }
}

/** Returns the differences between an answer and the expected one. */
export function differences(expected, given) {
  return Object.entries(expected)
    .filter(([name, wanted]) => !holds(name, wanted, given))
    .map(
      ([name, wanted]) => `\`${name}\`: expected ${canonicalize(wanted)}, answered ${canonicalize(given)}`,
    );
}

function holds(name, wanted, given) {
  if (name === "diagnostics") {
    return wanted.every(item => (given.diagnostics ?? []).some(found => covers(found, item)));
  }
  if (name === "absentDiagnostics") {
    return !given.diagnostics.some(found => wanted.some(item => covers(found, item)));
  }
  if (!Object.hasOwn(given, name)) return false;
  if (name === "error") {
    const { messageContains: _, ...rest } = wanted;
    return covers(given.error, rest);
  }
  if (name === "trace" || name === "explanation" || name === "retirements")
    return covers(given[name], wanted);
  return canonicalize(given[name]) === canonicalize(wanted);
}

/** Whether `found` covers `wanted`: objects may have more members, arrays may not. */
function covers(found, wanted) {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((item, index) => covers(found[index], item))
    );
  }
  if (typeof wanted === "object" && wanted !== null) {
    return (
      typeof found === "object" &&
      found !== null &&
      Object.entries(wanted).every(([name, item]) => Object.hasOwn(found, name) && covers(found[name], item))
    );
  }
  return canonicalize(found) === canonicalize(wanted);
}

/**
 * Answers every case: returns the failures by id, the answers, the number of answers partly or wholly taken from
 * another entry's `full` ones, and the lines that are compared with other hosts.
 */
export function run(isoflag, cases, full = {}) {
  const failures = {};
  const answers = {};
  let borrowed = 0;
  for (const given of cases) {
    try {
      const { answer: found, message, borrowed: some } = answer(isoflag, given, full[given.id]);
      answers[given.id] = found;
      if (some) borrowed += 1;
      const faults = differences(given.expect, found);
      const wanted = given.expect.error?.messageContains;
      if (wanted !== undefined && !message.includes(wanted)) faults.push(`\`${message}\` names no ${wanted}`);
      if (faults.length > 0) failures[given.id] = faults.join("\n");
    } catch (error) {
      failures[given.id] = String(error?.stack ?? error);
    }
  }
  return { failures, answers, borrowed, lines: answerLines(answers) };
}

/** Returns one canonical line for each answer, sorted by the UTF-16 code units of the ids. */
function answerLines(answers) {
  return Object.keys(answers)
    .sort()
    .map(id => `${canonicalize({ id, answer: answers[id] })}\n`)
    .join("");
}
