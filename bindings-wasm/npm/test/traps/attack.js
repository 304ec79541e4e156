/**
 * Overflows the stack inside the module as a framework does: a caller that recurses, whose RangeError is caught. Runs in Node
 * and in a page, on the main thread and in a worker.
 */

/** @typedef {Pick<typeof import("../../dist/node.js"), "Context" | "Flags">} Package */

const people = ["ada", "bob", "cem"];
const object = { nested: [1, { deep: "value" }] };

/** @param {boolean} isPatched */
function documentText(isPatched) {
  const flags = Object.fromEntries(
    people.map((key, index) => [
      key,
      {
        key,
        version: isPatched ? 2 : 1,
        on: true,
        variations: [false, true, object],
        targets: [{ variation: isPatched ? 2 : 1, values: [key] }],
        rules: [
          {
            id: "rule",
            variation: 1,
            clauses: [{ attribute: "country", op: "matches", values: [`^n${index}.*o$`] }],
          },
        ],
        fallthrough: { variation: 0 },
        offVariation: 0,
      },
    ]),
  );
  return JSON.stringify({ flags, segments: {} });
}

/** Whether two values are the same JSON. @param {unknown} one @param {unknown} other */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Calls of which each answers right, or throws. @param {Package} isoflag
 * @returns {Record<string, () => boolean>}
 */
export function calls({ Context, Flags }) {
  const text = documentText(false);
  const flags = Flags.fromJson(text);
  const patched = flags.apply(documentText(true));
  const boundPlain = flags.bind({ kind: "user", key: "ada" });
  const ada = new Context("ada", { attributes: { country: "n0-o" } });
  const clocked = ada.withClock(0, 0);
  const both = Context.multi(ada, new Context("acme", { kind: "org" }));
  const boundContext = flags.bind(both);
  const plain = (/** @type {string} */ key) => ({ kind: "user", key, country: "n0o", list: [1, [2, [3]]] });
  const digest = flags.digest;
  let turn = 0;
  return {
    variation() {
      const key = people[turn++ % 3] ?? "";
      return people.every(flag => flags.variation(flag, plain(key), 0) === (flag === key || flag === "ada"));
    },
    variationOfContext: () =>
      flags.boolVariation("ada", ada, false) && !flags.boolVariation("bob", ada, true),
    patched: () => same(patched.variation("ada", clocked, 0), object),
    detail() {
      const { reason, value } = flags.variationDetail("ada", plain("bob"), 0);
      return value === true && reason.kind === "RULE_MATCH" && reason.ruleId === "rule";
    },
    bound: () => boundPlain.variation("ada", 0) === true && boundPlain.variation("bob", 0) === false,
    boundContext: () =>
      boundContext.variation("ada", 0) === true && boundContext.variation("cem", 0) === false,
    bind() {
      const bound = flags.bind(plain("cem"));
      const isRight = bound.boolVariation("cem", false) && !bound.boolVariation("bob", true);
      bound.free();
      return isRight;
    },
    allFlagsState() {
      const { ada, bob, cem, $valid } = flags.allFlagsState({ kind: "user", key: "bob" });
      return same([ada, bob, cem, $valid], [false, true, false, true]);
    },
    load() {
      const loaded = Flags.fromJson(text);
      const isRight = loaded.digest === digest && loaded.keys().length === 3;
      loaded.free();
      return isRight;
    },
    apply() {
      const made = flags.apply({ flags: { ada: { key: "ada", version: 3, deleted: true } } });
      const isRight = same(made.keys(), ["bob", "cem"]);
      made.free();
      return isRight;
    },
    context() {
      const made = new Context("bob", { attributes: { list: [1, 2, { a: "b" }] } });
      const isRight = made.key === "bob" && same(made.toObject().list, [1, 2, { a: "b" }]);
      made.free();
      return isRight;
    },
    digest: () => flags.digest === digest,
    gate() {
      const inputs = /** @type {const} */ (["ada", clocked, 0, 0]);
      return flags.consistency(...inputs).enabled && boundContext.consistency("ada", 0, 0).enabled;
    },
    order: () =>
      patched.supersedes(flags, {}) &&
      flags.supersedes(null, { authoritative: true }) &&
      !patched.stepsBackFrom(flags),
    version: () => flags.version === undefined,
    bigSegments: () =>
      flags.bigSegmentKeys(both).length === 0 && flags.bigSegmentKeys(plain("ada")).length === 0,
  };
}

/** Calls that only `tools.wasm` answers. @param {Omit<typeof import("../../dist/node.js"), "ready" | "readySync">} isoflag */
export function toolCalls(isoflag) {
  const { checkEnvironments, Context, DocumentHistory, Flags, inventory, SystemFlags } = isoflag;
  const { parseTtl, replay, secureModeHash, suggest } = isoflag;
  const flags = Flags.fromJson(documentText(false));
  const history = new DocumentHistory();
  history.add(flags, 1000);
  history.add(documentText(true), 2000);
  const context = { kind: "user", key: "ada" };
  const ada = new Context("ada");
  const receipt = flags.receipt("ada", context);
  const meta = { strategies: { production: [{ strategy: "Custom Production", off: ["ada"] }] } };
  const system = new SystemFlags(
    Flags.fromObject({ ...JSON.parse(documentText(false)), meta }),
    "production",
  );
  return {
    explain: () => flags.explain("ada", context).toString().includes('target list of "user" for variation 1'),
    diagnostics: () => flags.check().length >= 0 && flags.diagnostics.length === 0,
    history() {
      const held = history.get(flags.digest);
      const isRight = held?.boolVariation("ada", context, false) === true && history.digests().length === 2;
      held?.free();
      return isRight;
    },
    replay: () => replay(receipt, flags, context).toJson() === receipt.toJson(),
    diff: () => flags.diff(documentText(true)).flags.length === 3,
    receiptOfContext: () => flags.receipt("ada", ada).toJson() === receipt.toJson(),
    pinned() {
      const { flags: pinned, switchedOff } = history.pinned(flags.digest, 1500, 60);
      const isRight = pinned.boolVariation("ada", ada, false) && switchedOff.length === 0;
      pinned.free();
      return isRight;
    },
    texts: () => flags.toJson().includes("ada") && flags.typing().includes("ada"),
    status() {
      const made = flags.withStatus("ada", "To Do", 1);
      const isRight = made.toJson().includes("To Do");
      made.free();
      return isRight;
    },
    strategy: () => flags.strategyFor("production", ada) === undefined,
    system: () =>
      system.variation("ada", context, 0) === false &&
      system.under(ada).strategy?.strategy === "Custom Production" &&
      system.receipt("ada", ada)["strategy"] !== undefined,
    suggest: () => suggest(flags, "ada", ada, 0).status === "found",
    small: () => parseTtl("45s") === 45 && secureModeHash("key", ada) === secureModeHash("key", context),
    environments: () =>
      Object.keys(checkEnvironments({ one: flags, other: documentText(true) })).length === 2 &&
      inventory({ one: flags, other: documentText(true) }, { now: 1 }).rows.length === 6 &&
      flags.retirements({ now: 1, history: [{ from: 0, document: flags }] }).length === 3,
    refused() {
      try {
        flags.withStrategy(/** @type {any} */ ("none"));
        return false;
      } catch (thrown) {
        if (/** @type {Error} */ (thrown).name !== "StrategyError") throw thrown;
        return true;
      }
    },
  };
}

/** Whether the stack was full, as each engine words it. @param {unknown} thrown */
function isOverflow(thrown) {
  return ["RangeError", "InternalError"].includes(/** @type {Error} */ (thrown).name);
}

/** Lets a stack overflow at every depth of a call. @param {() => void} call @param {number} rounds */
function overflow(call, rounds) {
  let caught = 0;
  for (let round = 0; round < rounds; round++) {
    /** @param {number[]} padding */
    const recurse = (...padding) => {
      if (padding.length === 0) {
        try {
          call();
        } catch (thrown) {
          caught++;
          throw thrown;
        }
      } else {
        padding.pop();
        recurse(...padding);
        return;
      }
      recurse(...new Array(round % 7).fill(round));
    };
    try {
      recurse();
    } catch (thrown) {
      if (!isOverflow(thrown)) throw thrown;
    }
  }
  return caught;
}

/**
 * Overflows the stack in each of some calls, then makes 10,000 calls.
 * @param {Record<string, () => boolean>} all @param {number} rounds
 */
export function attack(all, rounds) {
  const wrong = new Set();
  let caught = 0;
  for (const [name, call] of Object.entries(all)) {
    caught += overflow(() => {
      if (!call()) wrong.add(`${name}, meanwhile`);
    }, rounds);
  }
  const named = Object.entries(all);
  for (let turn = 0; turn < 10_000; turn++) {
    const [name, call] = /** @type {[string, () => boolean]} */ (named[turn % named.length]);
    if (!call()) wrong.add(name);
  }
  return { caught, wrong: [...wrong] };
}
