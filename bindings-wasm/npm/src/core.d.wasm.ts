/** The type of the imported module `core.wasm`. */

declare const module: WebAssembly.Module;
export default module;
