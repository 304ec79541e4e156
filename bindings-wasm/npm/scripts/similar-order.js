// Renames the functions of a module so that sorting them by name puts similar ones side by side: node similar-order.js IN OUT
//
// gzip compresses code better the nearer its repetitions are: core.wasm becomes two hundredths smaller when `wasm-opt
// --reorder-functions-by-name` has sorted the renamed functions. For a small module the best of several orders is improved by
// moving functions at random, from a fixed seed. The result depends on the module and on Node's version of zlib.

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** The number of bytes of a sequence that functions may share. */
const SHARED = 5;
/** The number of bytes before a function that it is compared with. */
const WINDOW = 4000;
/** The size up to which a module is small. */
const SMALL = 1 << 18;
/** For a small module: the number of orders, and of moves in the best one. */
const ORDERS = 24;
const MOVES = 2000;
const Section = { Custom: 0, Code: 10 };

/** Reads a number, and returns it with the offset after it. @param {Uint8Array} bytes @param {number} offset */
function number(bytes, offset) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[offset++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return /** @type {const} */ ([value, offset]);
  }
}

/** The bytes of a number. @param {number} value @returns {number[]} */
function written(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...written(value >>> 7)];
}

/** Bytes after their number. @param {readonly number[]} bytes */
function counted(bytes) {
  return [...written(bytes.length), ...bytes];
}

/** The sections of a module. @param {Uint8Array} module */
function* sections(module) {
  for (let offset = 8; offset < module.length; ) {
    const [length, content] = number(module, offset + 1);
    yield { id: module[offset], content: module.subarray(content, content + length) };
    offset = content + length;
  }
}

/** The functions of a code section. @param {Uint8Array} code */
function* bodies(code) {
  let [left, offset] = number(code, 0);
  for (; left > 0; left--) {
    const [length, start] = number(code, offset);
    offset = start + length;
    yield code.subarray(start, offset);
  }
}

/** The distinct sequences in a function. @param {Uint8Array} body */
function sequences(body) {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  /** @type {Set<number>} */
  const found = new Set();
  for (let offset = 0; offset + SHARED <= body.length; offset++) {
    found.add(view.getUint32(offset) * 256 + view.getUint8(offset + 4));
  }
  return found;
}

/** Returns the functions' indices, after the first always the one that shares most with those just before it. @param {Uint8Array[]} functions @param {number} first */
function similarOrder(functions, first) {
  const contents = functions.map(sequences);
  /** @type {Map<number, { owners: number[], near: number }>} */
  const all = new Map();
  for (const [index, content] of contents.entries()) {
    for (const sequence of content) {
      const known = all.get(sequence) ?? { owners: [], near: 0 };
      known.owners.push(index);
      all.set(sequence, known);
    }
  }
  /** For each function, the number of its sequences that are in the window. */
  const shared = functions.map(() => 0);
  const move = (/** @type {number} */ index, /** @type {1 | -1} */ change) => {
    for (const sequence of contents[index] ?? []) {
      const known = all.get(sequence);
      if (known === undefined) continue;
      const before = known.near;
      known.near += change;
      if (before === 0 || known.near === 0) for (const owner of known.owners) shared[owner] += change;
    }
  };
  const size = (/** @type {number} */ index) => functions[index]?.length ?? 0;
  const similarity = (/** @type {number} */ index) =>
    (shared[index] ?? 0) / ((contents[index]?.size ?? 0) + 1);
  const left = new Set(functions.keys());
  /** @type {number[]} */
  const order = [];
  let [oldest, near] = [0, 0];
  while (left.size > 0) {
    const next =
      order.length === 0
        ? first
        : [...left].reduce((best, index) => (similarity(index) > similarity(best) ? index : best));
    left.delete(next);
    order.push(next);
    move(next, 1);
    near += size(next);
    for (; near - size(order[oldest] ?? 0) > WINDOW; oldest++) {
      near -= size(order[oldest] ?? 0);
      move(order[oldest] ?? 0, -1);
    }
  }
  return order;
}

/** Returns an order in which the functions compress well. @param {Uint8Array[]} functions */
function bestOrder(functions) {
  const byLength = [...functions.keys()].sort(
    (one, other) => (functions[other]?.length ?? 0) - (functions[one]?.length ?? 0),
  );
  const isSmall = functions.reduce((size, { length }) => size + length, 0) < SMALL;
  const compressed = (/** @type {number[]} */ order) =>
    gzipSync(Buffer.concat(order.map(index => functions[index] ?? new Uint8Array())), { level: 9 }).length;
  const orders = byLength.slice(0, isSmall ? ORDERS : 1).map(first => similarOrder(functions, first));
  let [best = byLength] = orders;
  if (!isSmall) return best;
  let least = compressed(best);
  const keep = (/** @type {number[]} */ order) => {
    const size = compressed(order);
    if (size <= least) [best, least] = [order, size];
  };
  orders.forEach(keep);
  let state = 1;
  const random = (/** @type {number} */ below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  for (let move = 0; move < MOVES; move++) {
    const rest = [...best];
    const moved = rest.splice(random(rest.length), 2 ** random(4));
    rest.splice(random(rest.length), 0, ...moved);
    keep(rest);
  }
  return best;
}

const [from = "", to = ""] = process.argv.slice(2);
const module = new Uint8Array(readFileSync(from));
const imports = WebAssembly.Module.imports(new WebAssembly.Module(module));
const first = imports.filter(({ kind }) => kind === "function").length;
const code = [...sections(module)].find(({ id }) => id === Section.Code)?.content ?? new Uint8Array();
const order = bestOrder([...bodies(code)]);
const names = order
  .map((index, rank) => ({ index: first + index, name: [...Buffer.from(String(rank).padStart(6, "0"))] }))
  .sort((one, other) => one.index - other.index)
  .flatMap(({ index, name }) => [...written(index), ...counted(name)]);
const renamed = [...counted([...Buffer.from("name")]), 1, ...counted([...written(order.length), ...names])];
const isNames = (/** @type {{ id?: number | undefined, content: Uint8Array }} */ { id, content }) =>
  id === Section.Custom && Buffer.from(content.subarray(1, 5)).toString() === "name";
const parts = [...sections(module)].filter(section => !isNames(section));
writeFileSync(
  to,
  Buffer.concat([
    module.subarray(0, 8),
    ...parts.map(({ id = 0, content }) => Buffer.from([id, ...written(content.length), ...content])),
    Buffer.from([Section.Custom, ...counted(renamed)]),
  ]),
);
