// Reads a WebAssembly module: its functions with their names and code, and its data.

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
      throw new Error("a module imports something other than functions, which module.mjs cannot parse");
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

/** Returns the code and the name of each function that a module defines, the number of imported ones, and its data. */
export function functions(module) {
  const all = sections(module);
  const section = id => all.find(found => found.id === id)?.bytes ?? new Uint8Array();
  const imported = importedFunctions(section(2));
  const named = new Map(all.filter(({ id }) => id === 0).flatMap(({ bytes }) => [...names(bytes)]));
  const code = new Reader(section(10));
  const found = [];
  for (let index = imported, left = code.number(); left > 0; left -= 1, index += 1) {
    found.push({ name: named.get(index) ?? "", body: code.take(code.number()) });
  }
  return { all: found, imported, data: section(11) };
}
