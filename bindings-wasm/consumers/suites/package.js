/** Tests the packed package: publish linters, its metadata, its declarations and the code of its README. */
import assert from "node:assert/strict";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { run } from "../check.js";

const COMPILER_OPTIONS = {
  target: "ES2022",
  module: "ESNext",
  moduleResolution: "bundler",
  lib: ["ES2022", "DOM"],
  types: [],
  jsx: "react-jsx",
  strict: true,
  allowArbitraryExtensions: true,
  skipLibCheck: true,
};

/** The declarations that the bundlers of the README's code bring. */
const BUNDLER_TYPES = `declare module "*.wasm?url" {
  const address: string;
  export default address;
}
declare module "isoflag/core.wasm" {
  const address: string;
  export default address;
}
interface ImportMeta {
  /** Vite's hot reload. */
  readonly hot?: { dispose(callback: () => void): void };
}
`;

/** The files of a condition, which may have conditions of its own. */
const filesOf = target => (typeof target === "string" ? target : Object.values(target));

export async function suite(folder) {
  const installed = `${folder}node_modules/isoflag/`;
  const manifest = JSON.parse(await readFile(`${installed}package.json`, "utf8"));
  const tarball = process.env.ISOFLAG_TARBALL;
  assert.ok(tarball, "`ISOFLAG_TARBALL` does not name the packed package: run `make consumers`");
  const write = (path, value) => writeFile(`${folder}out/${path}`, JSON.stringify(value));
  await mkdir(`${folder}out`);

  it("publint --strict finds nothing", async () => {
    await run(folder, ["node_modules/.bin/publint", tarball, "--strict"]);
  });

  it("Are The Types Wrong finds nothing (ESM only)", async () => {
    const options = ["--profile=esm-only", "--exclude-entrypoints", "core.wasm", "tools.wasm", "jest-preset"];
    await run(folder, ["node_modules/.bin/attw", tarball, ...options]);
  });

  it("each entry lists its types first, and every file of `exports` and `sideEffects` exists", async () => {
    const files = new Set(manifest.sideEffects);
    for (const [entry, target] of Object.entries(manifest.exports)) {
      const targets = typeof target === "string" ? [target] : Object.values(target).flatMap(filesOf);
      if (typeof target === "object") assert.equal(Object.keys(target)[0], "types", entry);
      for (const file of targets) files.add(file);
    }
    for (const file of files) {
      if (!file.includes("*")) await readFile(installed + file);
    }
  });

  it("the metadata is complete for publishing with provenance", () => {
    assert.equal(manifest.license, "Apache-2.0");
    assert.equal(manifest.repository.type, "git");
    assert.equal(manifest.repository.directory, "bindings-wasm/npm");
    assert.equal(manifest.publishConfig.provenance, true);
    assert.equal(manifest.publishConfig.access, "public");
    assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      assert.equal(manifest.peerDependenciesMeta?.[peer]?.optional, true, `the peer \`${peer}\` is optional`);
    }
  });

  it("the package contains the license", async () => {
    assert.match(await readFile(`${installed}LICENSE`, "utf8"), /Apache License/);
  });

  it("every export has a description (TypeDoc)", async () => {
    const types = Object.values(manifest.exports).flatMap(target => target.types ?? []);
    // TypeDoc ignores declarations inside node_modules.
    await cp(`${installed}dist`, `${folder}out/types`, { recursive: true });
    const files = [...new Set(types)].map(file => file.replace("./dist/", "types/"));
    await write("tsconfig.typedoc.json", { compilerOptions: COMPILER_OPTIONS, files });
    await write("typedoc.json", {
      entryPoints: files,
      tsconfig: "tsconfig.typedoc.json",
      emit: "none",
      readme: "none",
      treatValidationWarningsAsErrors: true,
      validation: { notExported: false, invalidLink: true, notDocumented: true },
    });
    await run(folder, ["node_modules/.bin/typedoc", "--options", "out/typedoc.json"]);
  });

  describe("the README's code", async () => {
    const readme = await readFile(`${installed}README.md`, "utf8");
    const compiled = [];
    for (const [, language, code] of readme.matchAll(/^```(js|jsx|ts|tsx)\n(.*?)^```/gms)) {
      const imports = [...code.matchAll(/from "isoflag(\/[\w.-]+)?[^"]*"/g)];
      const missing = imports
        .map(([, path = ""]) => `.${path}`)
        .filter(entry => !(entry in manifest.exports));
      const name = `readme-${compiled.length + 1}.${/x$/.test(language) ? "tsx" : "mts"}`;
      if (missing.length === 0) {
        compiled.push(name);
        await writeFile(`${folder}out/${name}`, `${code}\nexport {};\n`);
      } else {
        it(`README: a block that imports \`${missing}\``, {
          skip: "the package has no such entry",
        }, () => {});
      }
    }

    it("README: every block of code compiles, strict", async () => {
      assert.ok(compiled.length > 0);
      await writeFile(`${folder}out/bundler.d.ts`, BUNDLER_TYPES);
      await write("tsconfig.json", {
        compilerOptions: COMPILER_OPTIONS,
        files: [...compiled, "bundler.d.ts"],
      });
      const { stdout } = await run(folder, ["node_modules/.bin/tsc", "--noEmit", "-p", "out/tsconfig.json"]);
      assert.equal(stdout, "");
    });
  });
}
