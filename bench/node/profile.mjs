// Profiles isoflag's blocks of a row with V8's sampling profiler, and prints the share of each function as a line of JSON.
import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { functions } from "./module.mjs";

const pkg = new URL("../../bindings-wasm/pkg/", import.meta.url);
const MICROSECONDS = 100;

export async function profileInNode(work) {
  const session = new Session();
  session.connect();
  await profile(session, (method, given) => session.post(method, given), work);
}

/** Like `profileInNode`, for the code of a page; returns the result of the page. */
export async function profileInPage(page, run) {
  const session = await page.context().newCDPSession(page);
  let result;
  const work = async () => {
    result = await run(page);
  };
  await profile(session, (method, given) => session.send(method, given), work);
  return result;
}

async function profile(session, send, work) {
  await send("Profiler.enable");
  await send("Profiler.setSamplingInterval", { interval: MICROSECONDS });
  await send("Profiler.start");
  await work();
  const { profile: taken } = await send("Profiler.stop");
  // Only now: it replaces the compiled code of WebAssembly.
  const modules = new Map();
  session.on("Debugger.scriptParsed", event => {
    const { scriptId, length, scriptLanguage } = event.params ?? event;
    if (scriptLanguage === "WebAssembly") modules.set(scriptId, namesOf(length));
  });
  await send("Debugger.enable");
  print(taken, modules);
}

/** The packages have no names of WebAssembly functions; the build that has as many bytes has them. */
function namesOf(length) {
  const distance = file => Math.abs(readFileSync(new URL(`${file}/core_bg.wasm`, pkg)).length - length);
  const file = distance("core") < distance("tools") ? "core" : "tools";
  const { all, imported } = functions(readFileSync(new URL(`${file}/named.wasm`, pkg)));
  return index => all[index - imported]?.name.replaceAll(/\[[0-9a-f]+\]|::h[0-9a-f]{16}$/g, "");
}

/** Prints the share of each function in the samples below `profiled` of record.mjs. */
function print({ nodes, samples }, modules) {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const below = new Set();
  const collect = node => {
    below.add(node.id);
    for (const child of node.children ?? []) collect(byId.get(child));
  };
  for (const node of nodes) {
    if (node.callFrame.functionName === "profiled") collect(node);
  }
  const counts = new Map();
  let total = 0;
  for (const id of samples) {
    if (below.has(id)) {
      const name = nameOf(byId.get(id).callFrame, modules);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      total += 1;
    }
  }
  const shares = [...counts].map(([name, count]) => [name, count / total]).sort(([, a], [, b]) => b - a);
  process.stdout.write(`${JSON.stringify({ profile: shares })}\n`);
}

function nameOf({ functionName, scriptId, url, lineNumber }, modules) {
  const index = functionName.match(/^wasm-function\[(\d+)\]$/)?.[1];
  if (index !== undefined) {
    return `${modules.get(scriptId)?.(Number(index)) ?? functionName} (WebAssembly)`;
  }
  return functionName || `a function of ${url.split("/").at(-1)}, line ${lineNumber + 1}`;
}
