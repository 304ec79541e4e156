// Measures the bytes of the packages, and writes SIZE.md: what each capability weighs in the two modules.
// node sizes.mjs WHEEL SIZE.md, as bench/run.sh does.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { functions } from "./module.mjs";
import { Record } from "./record.mjs";

const dist = fileURLToPath(new URL("../../bindings-wasm/npm/dist/", import.meta.url));
const pkg = new URL("../../bindings-wasm/pkg/", import.meta.url);
const record = new Record("artifact", { quick: false, only: "" });
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

/** The parts of a module: a function belongs to the first one whose expression matches its name. */
const CAPABILITIES = [
  ["patterns", /operator::regex/],
  ["dates, and the time as an attribute", /operator::date|calendar|clock|WithClock/],
  ["versions", /operator::version/],
  ["text search and other operators, clauses", /model::(operator|clause|value_list|attribute)/],
  ["rollouts and their hashes", /model::(rollout|hash)|bucket|^sha1|murmur/],
  ["the digest", /^sha2|digest|Digest/],
  ["segments", /segment|Segment/],
  ["JSON: parse and print", /isoflag::json/],
  ["the state of all flags", /allFlagsState/],
  [
    "patches, and which document is newer",
    /applyPatch|document::patch|freshness|supersedes|consistency|stepsBack/,
  ],
  ["contexts", /isoflag(_wasm)?::context|[cC]ontext/],
  ["documents: flags, limits, diagnostics", /isoflag::(document|diagnostic)/],
  ["evaluation", /isoflag::evaluate|describeAnswer|bound/],
  ["compiling a document", /isoflag::(model|flags|key_set|hash_index|balanced_tree)|loadFlag/],
  ["explanations", /isoflag::explain/],
];
const TOOL = /^.{0,9}isoflag_tools(?:\[[0-9a-f]+\])?::(\w+)/;
const CRATE = /^[<&*\s]*(?:mut |dyn |const |impl )*(\w+)(?:\[[0-9a-f]+\])?::/;

function capability(name) {
  const tool = name.match(TOOL)?.[1];
  if (tool !== undefined) {
    return `tools: ${tool}`;
  }
  const plain = name.replaceAll(/\[[0-9a-f]+\]/g, "");
  const found = CAPABILITIES.find(([, expression]) => expression.test(plain));
  if (found !== undefined) {
    return found[0];
  }
  const crate = plain.match(CRATE)?.[1];
  if (
    ["core", "alloc", "std", "hashbrown", "compiler_builtins", "__rustc"].includes(crate) ||
    plain.startsWith("<[")
  ) {
    return "the standard library";
  }
  return crate === undefined || crate.startsWith("isoflag") ? "exports, handles and conversion" : crate;
}

function ledger(file) {
  const module = readFileSync(new URL(`${file}/core_bg.wasm`, pkg));
  const named = functions(readFileSync(new URL(`${file}/named.wasm`, pkg)));
  const parts = new Map([["texts and tables", [named.data]]]);
  for (const { name, body } of named.all) {
    const part = capability(name);
    parts.set(part, [...(parts.get(part) ?? []), body]);
  }
  const rows = [...parts].map(([part, bodies]) => [part, Buffer.concat(bodies)]);
  rows.sort(([, a], [, b]) => b.length - a.length);
  const counted = rows.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  const line = (...cells) => `| ${cells.join(" | ")} |`;
  const shown = number => number.toLocaleString("en");
  const largest = named.all.toSorted((a, b) => b.body.length - a.body.length).slice(0, 15);
  return [
    `## ${file}.wasm`,
    "",
    line("part", "bytes", "gzip -9, separately"),
    line("---", "--:", "--:"),
    ...rows.map(([part, bytes]) => line(part, shown(bytes.length), shown(zipped(bytes)))),
    line("all else: types, imports, exports, lengths", shown(module.length - counted), ""),
    line("**the module**", `**${shown(module.length)}**`, `**${shown(zipped(module))}**`),
    "",
    "The largest functions:",
    "",
    line("function", "bytes"),
    line("---", "--:"),
    ...largest.map(({ name, body }) =>
      line(`\`${name.replaceAll(/\[[0-9a-f]+\]/g, "").slice(0, 90)}\``, shown(body.length)),
    ),
    "",
  ];
}

for (const file of ["core", "tools"]) {
  const module = readFileSync(`${dist}${file}.wasm`);
  size(`${file}.wasm`, "isoflag", module.length);
  size(`${file}.wasm, gzip -9`, "isoflag", zipped(module));
}
const JAVASCRIPT = "JavaScript for a browser, minified, gzip -9";
size(JAVASCRIPT, "isoflag", zipped(await minified(`${dist}index.js`)));
for (const peer of [
  "@growthbook/growthbook",
  "@openfeature/flagd-core",
  "@launchdarkly/js-server-sdk-common",
]) {
  size(JAVASCRIPT, peer, zipped(await minified(peer)));
}
const [wheel, report] = process.argv.slice(2);
size("Python wheel", "isoflag", statSync(wheel).size);

const built = name => readFileSync(new URL(name, pkg), "utf8").trim();
const text = [
  "# Sizes by capability",
  "",
  `Written by \`make bench\`: rustc ${built("rustc-version")}, ${built("standard-library")} standard library. The name of a ` +
    "function decides its part (`bench/node/sizes.mjs`). Parts compress better together than separately.",
  "",
  ...ledger("core"),
  ...ledger("tools"),
];
writeFileSync(report, `${text.join("\n").trimEnd()}\n`);
