/**
 * The table of consumers: the bundlers, pages and runtimes in which the packed package is installed and run.
 *
 * - `title`: the name in RESULTS.md.
 * - `packages`, `overrides`: npm packages with exact versions; `locks.json` holds what they resolve to.
 * - `files`: source files by path, beside those of `projects/NAME/` and `application.js`.
 * - `quick`: part of `--quick`.
 * - `suite`: a module of `suites/` that tests it; or else the members that `check.js` runs:
 *   - `runs`: commands, and what each must print;
 *   - `build`: commands that must succeed without a warning and emit `modules` WebAssembly files into `out/`;
 *   - `servers`: a folder to serve, or a command that prints its address;
 *   - `pages`: opened in Chromium on each server; each must report the expected answers and no error.
 */
import { ANSWERS } from "./application.js";
import { pageOf } from "./pages.js";

const node = process.execPath;
const { platform, arch } = process;

const asList = value => JSON.stringify(value, undefined, 2);

/** An entry that loads `from`, calls `ready` if an argument is given ("" for none) and reports the answers. */
function entry({
  from = "isoflag",
  imports = "",
  ready,
  report = answers => `globalThis.answer = ${answers};`,
}) {
  return `import * as isoflag from "${from}";
import { greet } from "./application.js";
${imports}
${ready === undefined ? "" : `await isoflag.ready(${ready});`}
${report("greet(isoflag)")}
`;
}

const inline = entry({ from: "isoflag/inline" });
const printed = answers => `console.log(JSON.stringify(${answers}));`;
const program = entry({ ready: "", report: printed });

/** A worker that evaluates once at deployment and once for each request. */
const worker = from =>
  entry({
    from,
    report: answers => `const early = ${answers};
export default { fetch: () => Response.json([...early, ...${answers}]) };`,
  });

/** Bundles an entry with esbuild's command line. */
const esbuild = (name, ...options) => [
  "node_modules/.bin/esbuild",
  `${name}.js`,
  "--bundle",
  "--format=esm",
  "--minify",
  `--outdir=out/${name}`,
  ...options,
];

/** A strict project, whose compilation must print nothing. */
const tsconfig = (compilerOptions, file = "program.ts") =>
  asList({
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022", "DOM"],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      skipLibCheck: false,
      noEmit: true,
      ...compilerOptions,
    },
    files: [file],
  });
const bundler = { module: "ESNext", moduleResolution: "bundler" };
const node16 = { module: "Node16", moduleResolution: "Node16" };
const nodeNext = { module: "NodeNext", moduleResolution: "NodeNext" };

/** A page on Next.js's edge runtime. */
const edgePage = (from, shown) => `import { Flags } from "${from}";
import { DOCUMENT, PEOPLE } from "../../application.js";

export const runtime = "edge";

const flags = Flags.fromObject(DOCUMENT);

export default function Page() {
  return <p>{PEOPLE.map(person => ${shown}).join(" and ")}</p>;
}
`;

export const CONSUMERS = {
  bun: {
    title: "Bun",
    packages: { bun: "1.4.5" },
    files: { "program.js": program },
    runs: [
      {
        name: "imports `isoflag`",
        command: [`node_modules/@oven/bun-${platform}-${arch}/bin/bun`, "run", "program.js"],
        json: ANSWERS,
      },
    ],
  },

  deno: {
    title: "Deno",
    packages: { deno: "2.9.4" },
    files: { "program.js": program },
    runs: [
      {
        name: "imports `isoflag` from node_modules, with no permission",
        command: [
          `node_modules/@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}/deno`,
          "run",
          "--no-prompt",
          "--node-modules-dir=manual",
          "program.js",
        ],
        json: ANSWERS,
      },
    ],
  },

  esbuild: {
    title: "esbuild",
    packages: { esbuild: "0.28.2" },
    quick: true,
    files: {
      "loader.js": entry({
        imports: 'import core from "isoflag/core.wasm";',
        // The loader `file` puts the module beside the bundle and gives its name.
        ready: "new URL(core, import.meta.url)",
      }),
      "inline.js": inline,
      // Nothing copies the module, so that `ready()` fails.
      "missing.js": entry({
        imports: `globalThis.failure = await isoflag.ready().catch(({ code, message }) => ({ code, message }));`,
        ready: '"/node_modules/isoflag/dist/core.wasm"',
      }),
    },
    build: {
      commands: [esbuild("loader", "--loader:.wasm=file"), esbuild("inline"), esbuild("missing")],
      modules: 1,
    },
    servers: [{ root: "." }],
    pages: [
      { path: "out/loader/loader.html", name: "`isoflag` with the loader `file` and `ready(new URL(…))`" },
      { path: "out/inline/inline.html", name: "`isoflag/inline`" },
      {
        path: "out/missing/missing.html",
        name: "`isoflag` alone: the error names the file that is not copied, and `ready(address)` then succeeds",
        failure: { code: "fetch-failed", message: /it answered 404\); .*or import `isoflag\/inline`/ },
      },
    ],
  },

  jest: {
    title: "Jest with jsdom",
    packages: {
      jest: "30.5.2",
      "jest-environment-jsdom": "30.5.2",
      "@babel/core": "7.28.5",
      "@babel/preset-env": "7.28.5",
    },
    files: {
      "flags.test.js": `import { Context, Flags, ready } from "isoflag";
import { ANSWERS, greet } from "./application.js";

it("answers in a document", async () => {
  expect(document.body).toBeInstanceOf(HTMLElement);
  await ready();
  expect(greet({ Context, Flags })).toEqual(ANSWERS);
});
`,
      "jest.config.json": asList({ preset: "isoflag", testMatch: ["<rootDir>/flags.test.js"] }),
      "babel.config.json": asList({ presets: [["@babel/preset-env", { targets: { node: "current" } }]] }),
    },
    // Babel makes CommonJS modules of a project's files, and Jest's own loader runs ES modules.
    runs: [
      ["that Babel transforms", ["node_modules/.bin/jest"]],
      ["by Jest's ES modules", ["--experimental-vm-modules", "node_modules/.bin/jest", "--transform={}"]],
    ].map(([what, options]) => ({
      name: `a test that imports \`isoflag\`, ${what}, by the preset alone`,
      command: [node, ...options, "--json"],
      members: { numPassedTests: 1, numFailedTests: 0 },
    })),
  },

  next: {
    title: "Next.js",
    packages: { next: "16.4.3", react: "19.3.1", "react-dom": "19.3.1" },
    files: {
      "next.config.mjs": `export default {
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  devIndicators: false,
};
`,
      "app/layout.jsx": `export const metadata = { title: "isoflag in Next.js", icons: "data:," };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
      "app/edge/page.jsx": edgePage("isoflag", 'flags.stringVariation("greeting", person, "none")'),
      "app/edge-tools/page.jsx": edgePage("isoflag/tools", 'String(flags.explain("greeting", person))'),
      "app/loads/late.jsx": 'export { Answer as default } from "./answer.jsx";\n',
    },
    suite: "next",
  },

  "node-import": {
    title: "Node, `import`",
    quick: true,
    files: {
      "program.js": entry({ report: printed }),
      "resolve.js": `import { createRequire } from "node:module";
const { exports } = createRequire(import.meta.url)("isoflag/package.json");
for (const entry of Object.keys(exports)) console.log(import.meta.resolve("isoflag" + entry.slice(1)));
`,
    },
    runs: [
      {
        name: "is ready when it is imported, and prints no warning",
        command: [node, "program.js"],
        json: ANSWERS,
        errors: /^$/,
      },
      {
        name: "resolves every entry and `isoflag/core.wasm`",
        command: [node, "resolve.js"],
        output: /\/isoflag\/dist\/node\.js\n.*\/isoflag\/dist\/core\.wasm\n/s,
      },
    ],
  },

  "node-require": {
    title: "Node, `require`",
    quick: true,
    files: {
      "program.cjs": `const isoflag = require("isoflag");
isoflag.Flags.fromObject({ flags: {} });
import("./application.js").then(({ greet }) => console.log(JSON.stringify(greet(isoflag))));
`,
    },
    runs: [
      {
        name: "is ready when it is required, and prints no warning",
        command: [node, "program.cjs"],
        json: ANSWERS,
        // Some versions of Node warn about every `require` of an ES module.
        errors: /^(\(node:\d+\) ExperimentalWarning: CommonJS module .*\n.*\n)?$/,
      },
    ],
  },

  package: {
    title: "the package itself",
    packages: {
      publint: "0.3.25",
      "@arethetypeswrong/cli": "0.18.5",
      typedoc: "0.28.20",
      typescript: "6.0.3",
      react: "19.3.1",
      "@types/react": "19.3.0",
      "@openfeature/core": "1.12.0",
      "@openfeature/web-sdk": "1.10.0",
      "@openfeature/server-sdk": "1.23.0",
      "@openfeature/react-sdk": "1.4.1",
    },
    quick: true,
    suite: "package",
  },

  page: { title: "a page without a bundler", quick: true, suite: "page" },

  rollup: {
    title: "Rollup",
    packages: { rollup: "4.60.0", "@rollup/plugin-node-resolve": "16.0.3" },
    files: {
      "main.js": entry({ ready: 'new URL("./core.wasm", import.meta.url)' }),
      "inline.js": inline,
      "rollup.config.js": `import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";

// Rollup copies no file unless a plugin emits it.
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
`,
    },
    build: { commands: [["node_modules/.bin/rollup", "--config"]], modules: 1 },
    servers: [{ root: "." }],
    pages: [
      {
        path: "out/main.html",
        name: "`isoflag` with `ready(new URL(…))` and a plugin that copies `isoflag/core.wasm`",
      },
      { path: "out/inline.html", name: "`isoflag/inline`" },
    ],
  },

  "slow-network": {
    title: "a page on a slow network",
    packages: { vite: "8.3.8", react: "19.3.1", "react-dom": "19.3.1" },
    files: {
      "main.js": `import { createSource } from "isoflag";
import { cacheStorage } from "isoflag/persist";
import { IsoflagProvider, useFlag } from "isoflag/react";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { PEOPLE } from "./application.js";

const source = createSource({ url: "/flags.json", persist: cacheStorage() });

function Greeting() {
  return useFlag("greeting", "default");
}

// Everything that the page has shown.
const shown = [];
globalThis.shown = shown;
const root = document.querySelector("main");
new MutationObserver(() => shown.push(root.textContent)).observe(root, {
  subtree: true,
  childList: true,
  characterData: true,
});
const props = { flags: source, context: PEOPLE[0], fallback: "waiting" };
createRoot(root).render(h(IsoflagProvider, props, h(Greeting)));
`,
      "index.html": pageOf("main.js").replace("<body>", "<body><main></main>"),
      "vite.config.js": `import { isoflag } from "isoflag/vite";

export default {
  logLevel: "warn",
  plugins: [isoflag({ url: "/flags.json" })],
  build: { outDir: "out", target: "es2022" },
};
`,
    },
    suite: "slow-network",
  },

  typescript: {
    title: "TypeScript",
    packages: { typescript: "7.0.2", "@types/node": "20.19.43" },
    quick: true,
    files: {
      "required.cts": `import isoflag = require("isoflag");

const keys: string[] = isoflag.Flags.fromObject({ flags: {} }).keys();

export = { keys };
`,
      "tsconfig.bundler.json": tsconfig(bundler),
      "tsconfig.node16.json": tsconfig(node16),
      "tsconfig.nodenext.json": tsconfig(nodeNext),
      "tsconfig.required.json": tsconfig(nodeNext, "required.cts"),
      "tsconfig.worker.json": tsconfig({ ...bundler, lib: ["ES2022", "WebWorker"] }),
      "tsconfig.server.json": tsconfig({ ...nodeNext, lib: ["ES2022"], types: ["node"] }),
    },
    runs: Object.entries({
      bundler: "`moduleResolution: bundler`",
      node16: "`moduleResolution: node16`",
      nodenext: "`moduleResolution: nodenext`",
      required: "`require` in a CommonJS module under `nodenext`",
      worker: "`lib: WebWorker` instead of the DOM",
      server: "`@types/node` without the DOM",
    }).map(([project, what]) => ({
      name: `${what}, strict, \`skipLibCheck: false\``,
      command: ["node_modules/.bin/tsc", "-p", `tsconfig.${project}.json`],
      output: /^$/,
    })),
  },

  vite: {
    title: "Vite",
    packages: { vite: "8.3.8" },
    files: {
      "main.js": entry({ ready: "" }),
      "url.js": entry({ imports: 'import core from "isoflag/core.wasm?url";', ready: "core" }),
      "inline.js": inline,
      "index.html": pageOf("main.js"),
      "url.html": pageOf("url.js"),
      "inline.html": pageOf("inline.js"),
      "vite.config.js": `export default {
  logLevel: "warn",
  build: { outDir: "out", target: "es2022", rolldownOptions: { input: ["index.html", "url.html", "inline.html"] } },
};
`,
      "serve.js": `import { createServer } from "vite";

const server = await createServer({
  optimizeDeps: { exclude: process.argv.slice(2), force: true },
  server: { host: "127.0.0.1", port: 0, hmr: false },
});
await server.listen();
console.log(\`http://127.0.0.1:\${server.httpServer.address().port}\`);
`,
    },
    build: { commands: [["node_modules/.bin/vite", "build"]], modules: 1 },
    servers: [
      { name: "build", root: "out" },
      { name: "dev server", command: [node, "serve.js"] },
      { name: "dev server with `optimizeDeps.exclude`", command: [node, "serve.js", "isoflag"] },
    ],
    pages: [
      { path: "index.html", name: "`isoflag`" },
      { path: "url.html", name: "`ready` with the address from `isoflag/core.wasm?url`" },
      { path: "inline.html", name: "`isoflag/inline`" },
    ],
  },

  vitest: {
    title: "Vitest with jsdom",
    packages: { vitest: "3.2.7", jsdom: "26.1.0" },
    overrides: { rollup: "4.60.0" },
    runs: Object.entries({ jsdom: [], node: ["-t", "inlined"] }).map(([environment, options]) => ({
      name: `a test that imports \`isoflag\` in the environment ${environment}`,
      command: [
        node,
        "node_modules/vitest/vitest.mjs",
        "run",
        `--environment=${environment}`,
        "--reporter=json",
        "flags.spec.js",
        ...options,
      ],
      members: { numPassedTests: environment === "node" ? 1 : 2, numFailedTests: 0 },
    })),
  },

  webpack: {
    title: "webpack",
    packages: { webpack: "5.112.2" },
    files: {
      "main.js": entry({ ready: "" }),
      "inline.js": inline,
      // Only the entries are configured: webpack must find and copy the module without a rule.
      "build.js": `import webpack from "webpack";

const configuration = {
  context: import.meta.dirname,
  mode: "production",
  performance: { hints: false },
  entry: { main: "./main.js", inline: "./inline.js" },
  output: { path: \`\${import.meta.dirname}/out\` },
};
webpack(configuration, (error, stats) => {
  if (error) throw error;
  console.error(stats.toString("errors-warnings"));
  if (stats.hasErrors()) process.exitCode = 1;
});
`,
    },
    build: { commands: [[node, "build.js"]], modules: 1 },
    servers: [{ root: "." }],
    pages: [
      { path: "out/main.html", name: "`isoflag`" },
      { path: "out/inline.html", name: "`isoflag/inline`" },
    ],
  },

  workerd: {
    title: "Cloudflare's workerd",
    packages: { workerd: "1.20261023.1", esbuild: "0.28.2" },
    files: { "worker.js": worker("isoflag"), "inline.js": worker("isoflag/inline") },
    suite: "workerd",
  },
};
