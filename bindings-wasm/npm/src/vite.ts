/** `isoflag/vite`: a plugin for Vite that preloads `core.wasm` and the document, and embeds a document in the page. */

export * from "./sdk/vite-plugin.js";
