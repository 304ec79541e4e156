/**
 * Prints between the markers of the package's README what a page loads: node sizes.js. With `--check` it fails where the
 * README says otherwise by more than a fiftieth, which is more than another compiler of Rust makes of it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const TOLERANCE = 0.02;
const BEGIN = "<!-- sizes: begin -->";
const END = "<!-- sizes: end -->";
const README = fileURLToPath(new URL("../../npm/README.md", import.meta.url));

const folder = new URL("node_modules/isoflag/", import.meta.url);
const { exports, peerDependencies = {} } = JSON.parse(
  await readFile(new URL("package.json", folder), "utf8"),
);

async function bundled(entry, external) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from "${entry}";`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
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
  if (entry.endsWith(".wasm")) rows.push(row(`\`${name}\``, await readFile(new URL(target, folder))));
  // The server's entries are bundled into no page.
  else if (!/\.json$|server$/.test(entry)) rows.push(row(`\`${name}\`, JavaScript`, await bundled(name, [])));
}
const table = ["| | minified | gzip -9 |", "|---|--:|--:|", ...rows].join("\n");

const readme = await readFile(README, "utf8");
const begin = readme.indexOf(BEGIN);
const end = readme.indexOf(END);
if (begin < 0 || end < begin) throw new Error(`${README} lacks \`${BEGIN}\` and \`${END}\``);
const said = readme.slice(begin + BEGIN.length, end).trim();

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
if (values.check) {
  const numbers = text => text.match(/\d+\.\d(?= kB)/g)?.map(Number) ?? [];
  const words = text => text.replace(/\d+\.\d(?= kB)/g, "");
  const [printed, measured] = [numbers(said), numbers(table)];
  const near = measured.every(
    (size, index) => Math.abs(size - printed[index]) <= Math.max(size * TOLERANCE, 0.2),
  );
  if (words(said) !== words(table) || !near) {
    console.error(
      `bindings-wasm/npm/README.md says other sizes than\n${table}\nrun \`node bindings-wasm/consumers/esbuild/sizes.js\``,
    );
    process.exit(1);
  }
} else {
  await writeFile(README, `${readme.slice(0, begin)}${BEGIN}\n\n${table}\n\n${readme.slice(end)}`);
}
