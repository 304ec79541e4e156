/** Answers one case with isoflag, in Node or in a page, with any entry of the package. */
import canonicalize from "canonicalize";

const CLOCK_OFFSET_MINUTES = -330;

/** Answers the case of a line with a line. */
export function answerLine(isoflag, line) {
  const given = JSON.parse(line);
  const run = new CaseRun(isoflag, given);
  try {
    return canonicalize({ answer: run.answer(given.call), id: given.id });
  } catch (error) {
    return canonicalize({ ...failure(isoflag, error), id: given.id });
  } finally {
    run.free();
  }
}

/** The errors that are answers, and the member that they have besides their code. */
const REFUSALS = { PinError: "held", StrategyError: "path", LifecycleError: "legal", ReceiptError: "path" };

/** Returns the answer if the error is one, and otherwise the failure. */
function failure(isoflag, error) {
  const { DocumentError, ContextError } = isoflag;
  if (error instanceof DocumentError || error instanceof ContextError) {
    return { answer: { error: { code: error.code, path: error.path } }, message: error.message };
  }
  for (const [name, member] of Object.entries(REFUSALS)) {
    if (isoflag[name] !== undefined && error instanceof isoflag[name]) {
      return { answer: { refused: { code: error.code, [member]: error[member] } } };
    }
  }
  return needsTools(error) ? { unsupported: true } : { failure: String(error?.stack ?? error) };
}

/** Whether `core.wasm` has no such function. */
const needsTools = error => error.message.includes("isoflag/tools");

/** Returns an answer, or undefined if only `tools.wasm` has it: the answer is then written without that member. */
function ifSupported(answer) {
  try {
    return answer();
  } catch (error) {
    if (needsTools(error)) return undefined;
    throw error;
  }
}

const GETTERS = {
  any: "variation",
  bool: "boolVariation",
  int: "numberVariation",
  float: "numberVariation",
  string: "stringVariation",
  json: "jsonVariation",
};

const shown = ({ variationIndex, value, reason }) => [variationIndex, value, reason];

/** Fails if two equivalent calls return different answers; returns the first. */
function same(one, other, what) {
  if (canonicalize(one) !== canonicalize(other)) {
    throw new Error(`${what}: ${canonicalize(one)} is not ${canonicalize(other)}`);
  }
  return one;
}

/** Parses the canonical text of an explanation or receipt. */
function parsed(text) {
  const value = JSON.parse(text);
  if (canonicalize(value) !== text) throw new Error(`not canonical JSON: ${text}`);
  return value;
}

/** A case whose document or context an earlier call may have changed. */
class CaseRun {
  #isoflag;
  #given;
  #options;
  #flags;
  #context;
  #owned = [];

  constructor(isoflag, given) {
    this.#isoflag = isoflag;
    this.#given = given;
    this.#options = { bigSegments: given.bigSegments };
  }

  free() {
    for (const item of this.#owned) item.free();
  }

  #own(item) {
    this.#owned.push(item);
    return item;
  }

  get #loaded() {
    this.#flags ??= this.#own(this.#load());
    return this.#flags;
  }

  #load() {
    const { Flags } = this.#isoflag;
    const { document = { flags: {} }, documentText, documentBytes, container } = this.#given;
    const bytes = documentBytes && Uint8Array.from(documentBytes);
    const text = documentText === undefined ? bytes : new TextEncoder().encode(documentText);
    if (container === "flagMap") return Flags.fromFlagMap(text ?? document);
    if (container === "appconfig") return Flags.fromAppConfig(text ?? document);
    return text === undefined ? Flags.fromObject(document) : Flags.fromJson(text);
  }

  /** The context, parsed: throws if it is invalid. */
  get #strictContext() {
    const { Context } = this.#isoflag;
    const { context, contextText } = this.#given;
    this.#context ??= this.#own(
      contextText === undefined ? Context.fromObject(context) : Context.fromJson(contextText),
    );
    return this.#context;
  }

  /** The context of an evaluation: a plain object is passed unchanged. */
  get #anyContext() {
    if (this.#context !== undefined || this.#given.contextText !== undefined) return this.#strictContext;
    return this.#given.context;
  }

  answer(call) {
    const [[name, given]] = Object.entries(call);
    switch (name) {
      case "evaluate":
        return this.#evaluate(given);
      case "explain":
        return parsed(this.#loaded.explain(given.flag, this.#anyContext, this.#options).toJson());
      case "allFlagsState":
        return { state: this.#state(this.#anyContext, given) };
      case "sweep":
        return this.#sweep(given);
      case "load":
        return {
          keys: this.#loaded.keys(),
          version: this.#loaded.version ?? null,
          digest: this.#loaded.digest,
          diagnostics: this.#diagnostics(),
        };
      case "apply":
        for (const patch of given.patches) {
          this.#change("apply", flags => flags.apply(patch.text ?? patch));
        }
        return this.answer(given.then ?? { load: {} });
      case "context":
        return { key: this.#strictContext.key, context: this.#strictContext.toObject() };
      case "withClock":
        this.#context = this.#own(this.#strictContext.withClock(given.nowMs, given.offsetMinutes));
        return this.answer(given.then ?? { context: {} });
      case "secureModeHash":
        return { hash: this.#secureModeHash(given.sdkKey) };
      case "bigSegmentKeys":
        return { keys: this.#loaded.bigSegmentKeys(this.#anyContext) };
      case "consistency":
        return this.#consistency(given);
      case "parseTtl":
        return { seconds: this.#parseTtl(given.text) };
      case "supersedes": {
        const held = given.held === null ? undefined : this.#document(given.held);
        return { supersedes: this.#loaded.supersedes(held, given.evidence) };
      }
      case "stepsBack":
        return { stepsBack: this.#loaded.stepsBackFrom(this.#document(given.held)) };
      case "pinned":
        return this.#pinned(given);
      case "strategy":
        this.#change("withStrategy", flags => flags.withStrategy(given.strategy));
        return this.answer(given.then);
      case "project": {
        const options = { known: given.known, private: given.private };
        if (this.#loaded.project === undefined) throw new Error("only isoflag/tools projects");
        const parent = this.#loaded.digest;
        const projected = this.#change("project", flags => flags.project(options));
        same(projected.parentDigest, parent, "the digest of the whole document");
        same(this.#own(projected.project(options)).digest, projected.digest, "a projection of a projection");
        return this.answer(given.then);
      }
      case "agreement":
        return this.#agreement(given);
      case "strategyFor":
        return { strategy: this.#loaded.strategyFor(given.system, this.#anyContext) ?? null };
      case "system":
        this.#change("SystemFlags", flags => {
          const { SystemFlags } = this.#isoflag;
          if (SystemFlags === undefined) throw new Error("only isoflag/tools has systems");
          const system = this.#own(new SystemFlags(flags, given.system));
          return system.under(this.#anyContext, this.#options).flags;
        });
        return this.answer(given.then);
      case "status": {
        const after = this.#change("withStatus", flags => flags.withStatus(given.flag, given.to, given.now));
        const again = this.#own(this.#isoflag.Flags.fromJson(after.toJson()));
        same(again.digest, after.digest, "the digest of the text of flags");
        return this.answer(given.then);
      }
      case "edit":
        return { text: this.#edit(given) };
      case "promote":
        return this.#promote(given);
      case "convert":
        return this.#convert(given);
      case "certification":
        return this.#loaded.certification(given);
      case "deployment":
        return this.#loaded.deployment(given.artifactTime, given.now, { module: given.module });
      case "finish":
        return { change: this.#loaded.finish(given.flag, given.now, given.safetyPeriod) ?? null };
      case "advance": {
        const { flags, decisions } = this.#loaded.advance(given.alarms, given.now);
        const again = this.#own(this.#isoflag.Flags.fromJson(this.#own(flags).toJson()));
        same(again.digest, flags.digest, "the digest of the text of flags");
        return { decisions, version: flags.version ?? null, digest: flags.digest };
      }
      case "retirements":
        return { retirements: this.#loaded.retirements(given) };
      case "receipt": {
        const receipt = this.#loaded.receipt(given.flag, this.#anyContext, this.#options);
        const again = this.#isoflag.replay(receipt, this.#loaded, this.#anyContext, this.#options);
        return parsed(same(receipt.toJson(), again.toJson(), "a receipt that is replayed"));
      }
      case "replay":
        this.#isoflag.replay(given.receipt, this.#loaded, this.#anyContext, this.#options);
        return { holds: true };
      default:
        throw new Error(`unknown call \`${name}\``);
    }
  }

  /** Returns a function of `isoflag/tools`, which the entries of `core.wasm` do not export. */
  #tool(name) {
    if (this.#isoflag[name] === undefined) throw new Error(`\`${name}\` needs \`isoflag/tools\``);
    return this.#isoflag[name];
  }

  #edit({ text, edits, now }) {
    const edit = this.#tool("edit");
    const encoded = edit(new TextEncoder().encode(text), edits, { now });
    return same(edit(text, edits, { now }), encoded, "the edited text");
  }

  #promote({ from, text, ...options }) {
    const promote = this.#tool("promote");
    const loaded = this.#document(from);
    const encoded = promote(JSON.stringify(from), new TextEncoder().encode(text), options);
    const { text: after, notes } = promote(loaded, text, options);
    same(after, encoded.text, "the text with carried flags");
    return { text: after, notes: notes.map(({ code, path }) => ({ code, path })) };
  }

  #convert({ text, source }) {
    const { flags, notes } = this.#tool("convert")(text, { source });
    this.#own(flags);
    const document = JSON.parse(flags.toJson());
    return { document, notes: notes.map(({ code, path }) => ({ code, path })) };
  }

  /** Replaces the flags by changed ones; the original must be unchanged. */
  #change(what, change) {
    const before = this.#loaded.digest;
    const changed = this.#own(change(this.#loaded));
    same(this.#loaded.digest, before, `the digest of the flags before ${what}`);
    this.#flags = changed;
    return changed;
  }

  #document(object) {
    return this.#own(this.#isoflag.Flags.fromObject(object));
  }

  #diagnostics() {
    return ifSupported(() =>
      this.#loaded.diagnostics.map(({ severity, code, path, message }) => ({
        severity,
        code,
        path,
        message,
      })),
    );
  }

  /** Evaluates a flag by every form of the call; a plain object twice, because it may be converted once only. */
  #detail(getter, key, context, bound, fallback) {
    const plain = () => this.#loaded[`${getter}Detail`](key, context, fallback, this.#options);
    const detail = bound[`${getter}Detail`](key, fallback);
    for (const again of [plain(), plain()]) same(shown(detail), shown(again), "the detail for a context");
    return detail;
  }

  #state(context, given, bound = this.#own(this.#loaded.bind(context, this.#options))) {
    const options = { ...given, now: given.now ?? 0 };
    const state = this.#loaded.allFlagsState(context, { ...options, ...this.#options });
    return same(state, bound.allFlagsState(options), "the state of bound flags");
  }

  #evaluate(given) {
    const key = given.flagText === undefined ? given.flag : JSON.parse(given.flagText);
    const getter = GETTERS[given.type ?? "any"];
    const [flags, context, fallback] = [this.#loaded, this.#anyContext, given.default];
    const bound = this.#own(flags.bind(context, this.#options));
    const detail = this.#detail(getter, key, context, bound, fallback);
    same(detail.value, flags[getter](key, context, fallback, this.#options), "the value of a detail");
    same(detail.value, bound[getter](key, fallback), "the value of bound flags");
    // This host has no integers: if the suite expects one, a served number is truncated like an integer.
    const cut = given.type === "int" && detail.variationIndex !== null;
    return {
      value: cut ? Math.trunc(detail.value) : detail.value,
      variationIndex: detail.variationIndex,
      reason: detail.reason,
    };
  }

  #sweep({ contexts: raws, flags: keys, now, states, typed }) {
    const flags = this.#loaded;
    const bound = raws.map(raw => this.#own(flags.bind(raw, this.#options)));
    const contexts = raws.map(raw => {
      try {
        return this.#own(this.#isoflag.Context.fromObject(raw));
      } catch {
        return null;
      }
    });
    const each = show => contexts.map((context, index) => context && show(context, raws[index]));
    const detail = (index, key, getter, fallback) =>
      shown(this.#detail(getter, key, raws[index], bound[index], fallback));
    // Flag by flag: one context after the other is converted for the same flag.
    const columns = keys.map(key => raws.map((_, index) => detail(index, key, "variation", null)));
    const clock = contexts[0] && this.#own(contexts[0].withClock(now, CLOCK_OFFSET_MINUTES));
    return {
      answers: raws.map((_, index) => columns.map(column => column[index])),
      bigSegmentKeys: each((_, raw) => flags.bigSegmentKeys(raw)),
      clock: clock?.toObject() ?? null,
      contexts: each(context => context.toObject()),
      diagnostics: this.#diagnostics(),
      digest: flags.digest,
      explanations: ifSupported(() => bound.map(one => keys.map(key => one.explain(key).toJson()))),
      hashes: ifSupported(() => each(context => this.#isoflag.secureModeHash("sdk-key", context))),
      keys: flags.keys(),
      qualifiedKeys: each(context => context.key),
      states: states.map(({ context, ...given }) => this.#state(raws[context], given, bound[context])),
      typed: typed.map(key => ({
        boolean: detail(0, key, "boolVariation", true),
        number: detail(0, key, "numberVariation", 987654.5),
        string: detail(0, key, "stringVariation", "default"),
        json: detail(0, key, "jsonVariation", { default: true }),
      })),
    };
  }

  /** Evaluates each flag of a projection for each context, with the projection and with the whole document. */
  #agreement({ contexts, known, private: hidden, projection }) {
    const whole = this.#loaded;
    // `core.wasm` evaluates with a projection that another runner has made.
    const projected =
      whole.project === undefined ? undefined : this.#own(whole.project({ known, private: hidden }));
    const text = projected?.toJson() ?? projection;
    const folded = this.#own(this.#isoflag.Flags.fromJson(text));
    if (projected !== undefined) {
      same(folded.digest, projected.digest, "the digest of the text of a projection");
      same(folded.parentDigest, whole.digest, "the digest of the whole document");
      const again = this.#own(folded.project({ known, private: hidden }));
      same(again.digest, folded.digest, "a projection of a projection");
    }
    const keys = folded.keys();
    const rows = evaluate =>
      canonicalize(contexts.map(context => keys.map(key => shown(evaluate(context, key)))));
    const bound = new Map(contexts.map(context => [context, this.#own(whole.bind(context, this.#options))]));
    return {
      folded: rows((context, key) => folded.variationDetail(key, context, null, this.#options)),
      projection: text,
      whole: rows((context, key) => bound.get(context).variationDetail(key, null)),
    };
  }

  #consistency({ flag, nowMs, ttlSeconds, pollTimeoutMs, takenMs }) {
    const [flags, context] = [this.#loaded, this.#anyContext];
    const options = { ...this.#options, takenMs };
    const found = flags.consistency(flag, context, nowMs, ttlSeconds, pollTimeoutMs, options);
    const bound = this.#own(flags.bind(context, this.#options));
    const again = bound.consistency(flag, nowMs, ttlSeconds, pollTimeoutMs, { takenMs });
    return same(found, again, "the gate of bound flags");
  }

  /** Parses a time to live; null if it is invalid. */
  #parseTtl(text) {
    try {
      return this.#isoflag.parseTtl(text);
    } catch (error) {
      if (needsTools(error)) throw error;
      return null;
    }
  }

  #pinned(given) {
    const { DocumentHistory, PinError } = this.#isoflag;
    const { digest, nowMs, ttlSeconds, pollTimeoutMs, maxPinAgeMs, maxDocuments } = given;
    const history = this.#own(new DocumentHistory({ maxDocuments }));
    for (const { document, nowMs, fetched, superseded } of given.history) {
      if (fetched) history.keepFetched(document);
      else if (superseded) history.keep(document, nowMs);
      else history.add(document, nowMs);
    }
    try {
      const pinned = history.pinned(digest, nowMs, ttlSeconds, pollTimeoutMs, { maxPinAgeMs });
      this.#flags = this.#own(pinned.flags);
      return { digest: pinned.digest, switchedOff: pinned.switchedOff, answer: this.answer(given.then) };
    } catch (error) {
      if (error instanceof PinError) same(error.held, history.digests(), "the digests of a refusal");
      throw error;
    }
  }

  /** Returns the hash, empty if the context or the SDK key is refused. */
  #secureModeHash(sdkKey) {
    const { ContextError, secureModeHash } = this.#isoflag;
    try {
      return secureModeHash(sdkKey, this.#anyContext);
    } catch (error) {
      if (error instanceof ContextError || error instanceof RangeError) return "";
      throw error;
    }
  }
}
