/** Runs the attacks on a page's main thread and in its worker, and posts the results to the server of the page. */

import { attack, calls, toolCalls } from "./attack.js";
import { exhaust, PAGES, withLimitedMemory } from "./exhaustion.js";

/** @param {string} module @param {string} kind */
async function run(module, kind) {
  const isoflag =
    module === "core" ? await import("../../dist/index.js") : await import("../../dist/tools.js");
  if (kind === "exhaust") {
    const response = await fetch(`/dist/${module}.wasm`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    await isoflag.ready(withLimitedMemory(bytes, PAGES));
    return exhaust(isoflag);
  }
  await isoflag.ready();
  const tools =
    module === "tools" ? toolCalls(/** @type {typeof import("../../dist/tools.js")} */ (isoflag)) : {};
  return attack({ ...calls(isoflag), ...tools }, 3);
}

const [module = "", kind = "", thread = ""] = location.search.slice(1).split("&");
if (thread === "worker" && "document" in globalThis) {
  const worker = new Worker(`/test/traps/page.js${location.search}`, { type: "module" });
  worker.addEventListener("error", event =>
    fetch("/", { method: "POST", body: JSON.stringify(event.message) }),
  );
} else {
  const result = await run(module, kind).catch(String);
  await fetch("/", { method: "POST", body: JSON.stringify(result) });
}
