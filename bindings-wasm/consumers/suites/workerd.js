/** Tests the package in Cloudflare's workerd, bundled as wrangler does it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { after, before, it } from "node:test";
import { ANSWERS } from "../application.js";
import { serve } from "../pages.js";

const NAMES = ["worker", "inline", "tools", "compiles-late", "source"];
/** A runtime of this date knows no modes of a request's cache. */
const DATES = { source: "2024-01-01" };

/** A service of workerd's configuration: one script, and the WebAssembly modules that the runtime compiles. */
const service = name => `( name = "${name}",
      worker = (
        compatibilityDate = "${DATES[name] ?? "2026-01-01"}",
        globalOutbound = "network",
        modules = [
          ( name = "${name}.js", esModule = embed "${name}.js" ),
          ( name = "core.wasm", wasm = embed "core.wasm" ),
          ( name = "tools.wasm", wasm = embed "tools.wasm" ),
          ( name = "core.bin", data = embed "core.wasm" ),
        ] ) )`;
const socket = name => `( name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}" )`;
const CONFIGURATION = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ${NAMES.map(service).join(",\n    ")},
    ( name = "network", network = ( allow = ["private"] ) ) ],
  sockets = [ ${NAMES.map(socket).join(",\n    ")} ]
);
`;

export async function suite(folder, load) {
  const { build } = await load("esbuild");
  const { default: workerd } = await load("workerd");
  const modules = `${folder}node_modules/isoflag/dist`;
  let runtime;
  const ports = {};

  /** Leaves WebAssembly beside the bundle: the runtime compiles it. */
  const external = {
    name: "wasm-beside",
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: basename(path), external: true }));
      onResolve({ filter: /\.wasm\.bin$/ }, () => ({ path: "core.bin", external: true }));
      onResolve({ filter: /^isoflag-for-browsers$/ }, () => ({ path: `${modules}/index.js` }));
    },
  };

  before(async () => {
    await mkdir(`${folder}out`);
    await build({
      absWorkingDir: folder,
      entryPoints: NAMES.map(name => `${name}.js`),
      outdir: "out",
      bundle: true,
      format: "esm",
      conditions: ["workerd", "worker", "browser"],
      plugins: [external],
    });
    for (const name of ["core.wasm", "tools.wasm"]) {
      await copyFile(`${modules}/${name}`, `${folder}out/${name}`);
    }
    await writeFile(`${folder}out/config.capnp`, CONFIGURATION);
    // The runtime writes the port of each socket to file descriptor 3, one line each.
    runtime = spawn(workerd.default ?? workerd, ["serve", "config.capnp", "--control-fd=3"], {
      cwd: `${folder}out`,
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    for await (const line of createInterface({ input: runtime.stdio[3] })) {
      const { event, socket, port } = JSON.parse(line);
      if (event === "listen") ports[socket] = port;
      if (NAMES.every(name => name in ports)) break;
    }
  });
  after(() => runtime?.kill());

  /** Evaluated once when the worker is deployed, and once while it responds. */
  const TWICE = [...ANSWERS, ...ANSWERS];
  const responseOf = async (name, query = "") =>
    (await fetch(`http://127.0.0.1:${ports[name]}/${query}`)).json();

  it("`isoflag`, whose module the runtime compiles at deployment", async () => {
    assert.deepEqual(await responseOf("worker"), TWICE);
  });

  it("`isoflag/inline` at the top of a module (not to be relied on at the edge)", async () => {
    assert.deepEqual(await responseOf("inline"), TWICE);
  });

  it("`isoflag/tools` explains and checks there too", async () => {
    const { answer, explanation, found } = await responseOf("tools");
    assert.equal(answer, ANSWERS[0]);
    assert.match(explanation, /^because rule 0 matches$/m);
    assert.deepEqual(found[0], ["unreachable-rule", "flags.greeting.rules[1]"]);
  });

  it("a source fetches in requests, and keeps its document between them", async () => {
    const server = await serve(`${folder}public`);
    try {
      const query = `?of=${encodeURIComponent(`${server.address}/flags.json`)}`;
      const responses = await Promise.all([1, 2, 3].map(() => responseOf("source", query)));
      responses.push(await responseOf("source", query));
      const expected = [
        ["stale", ANSWERS[0]],
        ["ready", ANSWERS[0]],
      ];
      assert.deepEqual(responses, Array(4).fill(expected));
    } finally {
      await server.stop();
    }
  });

  it("the error for compiling during a request names the remedy", async () => {
    const { named, code, message } = await responseOf("compiles-late");
    assert.equal(named, true);
    assert.equal(code, "compile-forbidden");
    assert.match(message, /deployment at the edge/);
  });
}
