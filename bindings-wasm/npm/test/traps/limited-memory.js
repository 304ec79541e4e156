/** Limits the memory of a module to a number of pages of 64 KiB: the maximum is written into its memory section. */

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

/** @param {Uint8Array} module @param {number} pages @returns {Uint8Array<ArrayBuffer>} */
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
