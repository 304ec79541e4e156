// Measures the bytes that a page or a server loads: node isobench/sizes.mjs [WHEEL], as bench/run.sh does.
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { Record } from "./record.mjs";

const dist = fileURLToPath(new URL("../../../bindings-wasm/npm/dist/", import.meta.url));
const record = new Record("artifact");
const size = (name, subject, bytes) => record.row("size", name, subject, "bytes", [bytes]);
const zipped = bytes => gzipSync(bytes, { level: 9 }).length;

async function minified(entry, external = []) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from ${JSON.stringify(entry)};`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    external,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

const SECTIONS = {
  0: "custom",
  1: "types",
  2: "imports",
  3: "functions",
  4: "tables",
  5: "memory",
  6: "globals",
  7: "exports",
  8: "start",
  9: "elements",
  10: "code",
  11: "data",
  12: "data count",
  13: "tags",
};

/** The module's sections: their names and contents. */
function* sections(module) {
  let at = 8;
  const number = () => {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = module[at];
      at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        return value;
      }
      shift += 7;
    }
  };
  while (at < module.length) {
    const id = module[at];
    at += 1;
    const length = number();
    yield { name: SECTIONS[id] ?? `section ${id}`, bytes: module.subarray(at, at + length) };
    at += length;
  }
}

const tools = readFileSync(`${dist}tools.wasm`);
size("tools.wasm", "isoflag", tools.length);
size("tools.wasm, gzip -9", "isoflag", zipped(tools));
const module = readFileSync(`${dist}core.wasm`);
size("core.wasm", "isoflag", module.length);
size("core.wasm, gzip -9", "isoflag", zipped(module));
for (const { name, bytes } of sections(module)) {
  record.row("wasm", name, "isoflag", "bytes", [bytes.length]);
  record.row("wasm", name, "gzip -9", "bytes", [zipped(bytes)]);
}

size("JavaScript for a browser, minified, gzip -9", "isoflag", zipped(await minified(`${dist}index.js`)));
for (const peer of [
  "@growthbook/growthbook",
  "@openfeature/flagd-core",
  "@launchdarkly/js-server-sdk-common",
]) {
  size("JavaScript for a browser, minified, gzip -9", peer, zipped(await minified(peer)));
}
const [wheel] = process.argv.slice(2);
if (wheel === undefined) {
  record.skip("size", "Python wheel", "no wheel is built; run `make build`");
} else {
  size("Python wheel", "isoflag", statSync(wheel).size);
}
