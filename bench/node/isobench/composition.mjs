// Prints as Markdown how many bytes each part of the two modules has: node isobench/composition.mjs, which bench/run.sh writes
// to SIZE.md. A function belongs to the crate that its name begins with; code of the standard library that was compiled for
// isoflag's types is counted separately.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const pkg = new URL("../../../bindings-wasm/pkg/", import.meta.url);
const zipped = bytes => gzipSync(bytes, { level: 9 }).length;
const FUNCTION = 0;

/** Reads a module's bytes in sequence. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  byte() {
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        return value;
      }
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    return Buffer.from(this.take(this.number())).toString();
  }

  get ended() {
    return this.at >= this.bytes.length;
  }
}

function sections(bytes) {
  const reader = new Reader(bytes);
  reader.take(8);
  const found = [];
  while (!reader.ended) {
    found.push({ id: reader.byte(), bytes: reader.take(reader.number()) });
  }
  return found;
}

/** The number of imported functions, which are numbered first. */
function importedFunctions(bytes) {
  const reader = new Reader(bytes);
  let functions = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.text();
    reader.text();
    if (reader.byte() !== FUNCTION) {
      throw new Error("a module imports something other than functions, which composition.mjs cannot parse");
    }
    reader.number();
    functions += 1;
  }
  return functions;
}

function names(bytes) {
  const found = new Map();
  const reader = new Reader(bytes);
  if (reader.text() !== "name") {
    return found;
  }
  while (!reader.ended) {
    const [id, body] = [reader.byte(), new Reader(reader.take(reader.number()))];
    for (let left = id === 1 ? body.number() : 0; left > 0; left -= 1) {
      found.set(body.number(), body.text());
    }
  }
  return found;
}

const OURS = /\bisoflag(?:\[[0-9a-f]+\])?::(\w+)/;

/** Returns the part that a function belongs to, by its name. */
function partOf(name) {
  const [crate] =
    name.replace(/^[<&*\s]*(?:mut |dyn |const |impl )*/, "").match(/^\w+(?=(?:\[[0-9a-f]+\])?::)/) ?? [];
  const [, module] = name.match(OURS) ?? [];
  if (crate === "isoflag") {
    return `isoflag: ${module}`;
  }
  if (["core", "alloc", "std", "hashbrown"].includes(crate)) {
    return module === undefined ? "the standard library" : "the standard library, for isoflag's types";
  }
  return crate === undefined || crate.startsWith("isoflag_wasm")
    ? "isoflag-wasm: exports and inlined code"
    : crate;
}

function composition(file) {
  const all = sections(readFileSync(new URL(`${file}/named.wasm`, pkg)));
  const section = id => all.find(found => found.id === id)?.bytes ?? new Uint8Array();
  const imported = importedFunctions(section(2));
  const named = names(all.findLast(({ id }) => id === 0)?.bytes ?? new Uint8Array());
  for (const { id, bytes } of all) {
    if (id === 0) {
      for (const [index, name] of names(bytes)) {
        named.set(index, name);
      }
    }
  }
  const code = new Reader(section(10));
  const parts = new Map();
  const functions = [];
  const count = code.number();
  for (let index = 0; index < count; index += 1) {
    const body = code.take(code.number());
    const name = named.get(index + imported) ?? "";
    const part = partOf(name);
    parts.set(part, [...(parts.get(part) ?? []), body]);
    functions.push([name, body.length]);
  }
  parts.set("texts and tables", [section(11)]);
  const module = readFileSync(new URL(`${file}/core_bg.wasm`, pkg));
  const counted = [...parts.values()].flat().reduce((sum, body) => sum + body.length, 0);
  const rows = [...parts].map(([part, bodies]) => [part, Buffer.concat(bodies)]);
  rows.sort(([, a], [, b]) => b.length - a.length);
  const line = (...cells) => `| ${cells.join(" | ")} |`;
  const shown = number => number.toLocaleString("en");
  functions.sort(([, a], [, b]) => b - a);
  return [
    `## ${file}.wasm`,
    "",
    line("part", "bytes", "gzip -9, separately"),
    line("---", "--:", "--:"),
    ...rows.map(([part, bytes]) => line(part, shown(bytes.length), shown(zipped(bytes)))),
    line("all else: types, imports, exports, lengths", shown(module.length - counted), ""),
    line("**the module**", `**${shown(module.length)}**`, `**${shown(zipped(module))}**`),
    "",
    "The largest functions:",
    "",
    line("function", "bytes"),
    line("---", "--:"),
    ...functions
      .slice(0, 15)
      .map(([name, bytes]) =>
        line(`\`${name.replaceAll(/\[[0-9a-f]+\]/g, "").slice(0, 90)}\``, shown(bytes)),
      ),
    "",
  ];
}

const built = name => readFileSync(new URL(name, pkg), "utf8").trim();
console.log(
  [
    "# Sizes of the modules by part",
    "",
    `Written by \`make bench\`. rustc ${built("rustc-version")}, ${built("standard-library")} standard library. Parts compress better together than separately.`,
    "",
    ...composition("core"),
    ...composition("tools"),
  ]
    .join("\n")
    .trimEnd(),
);
