import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import workerd from "workerd";
import { ANSWERS } from "../harness/answers.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const modules = `${folder}node_modules/isoflag/dist`;
let runtime;
let ports;

/** As wrangler does: one module with everything, and the WebAssembly beside it, which the runtime compiles itself. */
const besideIt = {
  name: "wasm-beside",
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: basename(path), external: true }));
    onResolve({ filter: /\.wasm\.bin$/ }, () => ({ path: "core.bin", external: true }));
    onResolve({ filter: /^isoflag-for-browsers$/ }, () => ({
      path: `${folder}node_modules/isoflag/dist/index.js`,
    }));
  },
};

const service = name => `( name = "${name}",
      worker = (
        compatibilityDate = "2026-01-01",
        modules = [
          ( name = "${name}.js", esModule = embed "${name}.js" ),
          ( name = "core.wasm", wasm = embed "core.wasm" ),
          ( name = "tools.wasm", wasm = embed "tools.wasm" ),
          ( name = "core.bin", data = embed "core.wasm" ),
        ] ) )`;
const NAMES = ["worker", "inline", "tools", "compiles-late"];

before(async () => {
  await rm(`${folder}out`, { recursive: true, force: true });
  await mkdir(`${folder}out`);
  await build({
    absWorkingDir: folder,
    entryPoints: NAMES.map(name => `${name}.js`),
    outdir: "out",
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [besideIt],
  });
  for (const name of ["core.wasm", "tools.wasm"])
    await copyFile(`${modules}/${name}`, `${folder}out/${name}`);
  const sockets = NAMES.map(
    name => `( name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}" )`,
  );
  await writeFile(
    `${folder}out/config.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ${NAMES.map(service).join(",\n    ")} ],
  sockets = [ ${sockets.join(",\n    ")} ]
);
`,
  );
  // The port of each socket comes on file descriptor 3, a line each.
  runtime = spawn(workerd.default ?? workerd, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: `${folder}out`,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  ports = {};
  for await (const line of createInterface({ input: runtime.stdio[3] })) {
    const { event, socket, port } = JSON.parse(line);
    if (event === "listen") ports[socket] = port;
    if (NAMES.every(name => name in ports)) break;
  }
});
after(() => runtime?.kill());

/** Asked when the program is deployed, and while a request is answered. */
const TWICE = [...ANSWERS, ...ANSWERS];
const ask = async name => (await fetch(`http://127.0.0.1:${ports[name]}/`)).json();

it("`isoflag`, whose module the runtime compiles at deployment", async () => {
  assert.deepEqual(await ask("worker"), TWICE);
});

it("`isoflag/inline` at the top of a module (not to be relied on at the edge)", async () => {
  assert.deepEqual(await ask("inline"), TWICE);
});

it("`isoflag/tools` explains and checks there too", async () => {
  const { answer, explanation, found } = await ask("tools");
  assert.equal(answer, ANSWERS[0]);
  assert.match(explanation, /^because rule 0 matches$/m);
  assert.deepEqual(found[0], ["unreachable-rule", "flags.greeting.rules[1]"]);
});

it("compiling while a request is answered is named with its remedy", async () => {
  const { named, code, message } = await ask("compiles-late");
  assert.equal(named, true);
  assert.equal(code, "compile-forbidden");
  assert.match(message, /deployment at the edge/);
});
