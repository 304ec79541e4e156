/** A WebAssembly module that the runtime compiles for the bundler. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
