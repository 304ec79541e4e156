/** Loads documents that do not fit into a memory of 64 MB. Runs in Node and in a page, on the main thread and in a worker. */

/** @typedef {Pick<typeof import("../../dist/node.js"), "Flags">} Package */

export const PAGES = 1024;
/** A number of flags that fit, and twice as many do not. */
const HALF = 40_000;

/** @param {number} flags */
function documentText(flags) {
  const members = Array.from({ length: flags }, (_, index) => {
    const key = `flag-${index}`;
    const targets = [{ variation: 0, values: [`ada-${index}`] }];
    const variations = [true, false, "x".repeat(100)];
    return [
      key,
      { key, version: 1, on: true, variations, targets, fallthrough: { variation: 1 }, offVariation: 1 },
    ];
  });
  return JSON.stringify({ flags: Object.fromEntries(members) });
}

/** Returns the codes of errors by the number of flags, and the wrong answers. @param {Package} isoflag */
export function exhaust({ Flags }) {
  const small = Flags.fromJson(documentText(3));
  const patched = small.apply({ flags: { "flag-2": { key: "flag-2", version: 2, deleted: true } } });
  const bound = small.bind({ kind: "user", key: "ada-1" });
  const isRight = () =>
    small.boolVariation("flag-0", { kind: "user", key: "ada-0" }, false) &&
    bound.boolVariation("flag-1", false) &&
    patched.keys().length === 2 &&
    small.allFlagsState({ kind: "user", key: "ada-2" })["flag-2"] === true;
  /** @type {Record<string, string>} */
  const codes = {};
  const wrong = [];
  for (const count of [10_000, 150_000, 20_000, 100_000]) {
    try {
      const flags = Flags.fromJson(documentText(count));
      codes[count] = "loaded";
      if (!flags.boolVariation("flag-7", { kind: "user", key: "ada-7" }, false)) wrong.push(`${count}`);
      flags.free();
    } catch (thrown) {
      const { name, code } = /** @type {import("../../dist/node.js").DocumentError} */ (thrown);
      codes[count] = `${name} ${code}`;
    }
    if (!isRight()) wrong.push(`small after ${count}`);
  }
  // Two documents that fit one at a time: loading one discards the other, which is loaded again when it is used.
  const [first, second] = [Flags.fromJson(documentText(HALF)), documentText(HALF)];
  try {
    Flags.fromJson(documentText(150_000));
  } catch {}
  const other = Flags.fromJson(second);
  const answers = (/** @type {typeof first} */ flags) =>
    flags.boolVariation("flag-7", { kind: "user", key: "ada-7" }, false);
  for (let turn = 0; turn < 2; turn++) {
    if (!answers(first) || !answers(other)) wrong.push(`one of two, turn ${turn}`);
    try {
      first.supersedes(other, {});
      codes.together = "loaded";
    } catch (thrown) {
      const { name, code } = /** @type {import("../../dist/node.js").DocumentError} */ (thrown);
      codes.together = `${name} ${code}`;
    }
    if (!isRight()) wrong.push(`small after two, turn ${turn}`);
  }
  first.free();
  other.free();
  // Nothing is freed: objects cannot be collected while this runs, and fill the memory.
  for (let turn = 0; turn < 10_000; turn++) {
    if (!isRight()) wrong.push(`small, turn ${turn}`);
    small.bind({ kind: "user", key: `ada-${turn}`, much: "x".repeat(10_000) });
  }
  return { codes, wrong };
}

export const EXPECTED = {
  codes: {
    10000: "loaded",
    150000: "DocumentError memory",
    20000: "loaded",
    100000: "DocumentError memory",
    together: "DocumentError memory",
  },
  wrong: [],
};

const MEMORY = 5;
const HAS_MAXIMUM = 1;

/** @param {number} number */
function leb128(number) {
  const bytes = [];
  for (let rest = number; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/**
 * Limits the memory of a module to a number of pages of 64 KiB: the maximum is written into its memory section.
 *
 * @param {Uint8Array} module @param {number} pages @returns {Uint8Array<ArrayBuffer>}
 */
export function withLimitedMemory(module, pages) {
  let offset = 8;
  const read = () => {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[offset++] ?? 0;
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
  };
  while (offset < module.length) {
    const start = offset;
    const id = module[offset++];
    const length = read();
    const end = offset + length;
    if (id === MEMORY) {
      // One memory, whose limits are a flag and the minimum.
      offset += 2;
      const content = [1, HAS_MAXIMUM, ...leb128(read()), ...leb128(pages)];
      const section = [MEMORY, ...leb128(content.length), ...content];
      return Uint8Array.from([...module.subarray(0, start), ...section, ...module.subarray(end)]);
    }
    offset = end;
  }
  throw new Error("the module has no memory of its own");
}
