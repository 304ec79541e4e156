/** The type of the imported module `tools.wasm`. */

declare const module: WebAssembly.Module;
export default module;
