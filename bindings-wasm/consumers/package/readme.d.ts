/** What the README's bundlers make of a file's address. */
declare module "*.wasm?url" {
  const address: string;
  export default address;
}
declare module "isoflag/core.wasm" {
  const address: string;
  export default address;
}
interface ImportMeta {
  /** Vite's hot reload. */
  readonly hot?: { dispose(callback: () => void): void };
}
