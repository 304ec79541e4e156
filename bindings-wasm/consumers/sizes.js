/**
 * Writes the size of each entry between the markers of the package's README: `node sizes.js`, after `make consumers NAMES=esbuild`. With
 * `--check` it fails if the README differs by more than a fiftieth, which another version of Rust would not explain.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { folderOf } from "./project.js";

const TOLERANCE = 0.02;
const BEGIN = "<!-- sizes: begin -->";
const END = "<!-- sizes: end -->";
const README = fileURLToPath(new URL("../npm/README.md", import.meta.url));

const project = folderOf("esbuild");
const installed = `${project}node_modules/isoflag/`;
const { build } = createRequire(project)("esbuild");
const { exports, peerDependencies = {} } = JSON.parse(await readFile(`${installed}package.json`, "utf8"));

async function bundled(entry, external) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: project },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    external: [...Object.keys(peerDependencies), ...external],
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`;
const row = (what, content) =>
  `| ${what} | ${kilobytes(content.length)} | ${kilobytes(gzipSync(content, { level: 9 }).length)} |`;

const rows = [];
for (const [entry, target] of Object.entries(exports)) {
  const name = `isoflag${entry.slice(1)}`;
  if (entry.endsWith(".wasm")) rows.push(row(`\`${name}\``, await readFile(installed + target)));
  // Pages do not load the server's entries.
  else if (!/\.json$|server$/.test(entry)) rows.push(row(`\`${name}\`, JavaScript`, await bundled(name, [])));
}
const table = ["| | minified | gzip -9 |", "|---|--:|--:|", ...rows].join("\n");

const readme = await readFile(README, "utf8");
const begin = readme.indexOf(BEGIN);
const end = readme.indexOf(END);
if (begin < 0 || end < begin) throw new Error(`${README} lacks \`${BEGIN}\` and \`${END}\``);
const printed = readme.slice(begin + BEGIN.length, end).trim();

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
if (values.check) {
  const numbers = text => text.match(/\d+\.\d(?= kB)/g)?.map(Number) ?? [];
  const words = text => text.replace(/\d+\.\d(?= kB)/g, "");
  const [stated, measured] = [numbers(printed), numbers(table)];
  const near = measured.every(
    (size, index) => Math.abs(size - stated[index]) <= Math.max(size * TOLERANCE, 0.2),
  );
  if (words(printed) !== words(table) || !near) {
    console.error(
      `bindings-wasm/npm/README.md does not state these sizes:\n${table}\nrun \`node bindings-wasm/consumers/sizes.js\``,
    );
    process.exit(1);
  }
} else {
  await writeFile(README, `${readme.slice(0, begin)}${BEGIN}\n\n${table}\n\n${readme.slice(end)}`);
}
