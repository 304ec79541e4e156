import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";

/** Puts the module beside the bundle. */
const copyCore = {
  name: "copy-core",
  async generateBundle() {
    const source = await readFile(fileURLToPath(import.meta.resolve("isoflag/core.wasm")));
    this.emitFile({ type: "asset", fileName: "core.wasm", source });
  },
};

export default {
  input: ["main.js", "inline.js"],
  output: { dir: "out", format: "es" },
  plugins: [nodeResolve({ browser: true }), copyCore],
};
