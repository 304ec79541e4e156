/** Observes the memory of the next WebAssembly module, and returns its size in bytes. */
export function memoryOfModule() {
  const { Instance } = WebAssembly;
  let memory;
  WebAssembly.Instance = class extends Instance {
    constructor(...given) {
      super(...given);
      memory ??= this.exports.memory;
    }
  };
  return () => {
    if (memory === undefined) {
      throw new Error("no module with a memory was instantiated");
    }
    return memory.buffer.byteLength;
  };
}
