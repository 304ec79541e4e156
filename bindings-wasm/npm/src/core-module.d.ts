/** A WebAssembly module that the bundler has the runtime compile. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
