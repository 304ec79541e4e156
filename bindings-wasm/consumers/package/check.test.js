// The tarball itself: what publish linters, documentation tools and a reader of the README find.
import assert from "node:assert/strict";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { output } from "../harness/program.js";

const here = import.meta.url;
const folder = fileURLToPath(new URL(".", here));
const installed = `${folder}node_modules/isoflag/`;
const manifest = JSON.parse(await readFile(`${installed}package.json`, "utf8"));
const tarball = process.env.ISOFLAG_TARBALL;
assert.ok(tarball, "`ISOFLAG_TARBALL` does not name the packed package; run.sh does it");

await rm(`${folder}out`, { recursive: true, force: true });
await mkdir(`${folder}out`);

it("publint --strict finds nothing", async () => {
  await output(here, "node_modules/.bin/publint", tarball, "--strict");
});

it("Are The Types Wrong finds nothing (ESM only)", async () => {
  await output(
    here,
    "node_modules/.bin/attw",
    tarball,
    "--profile=esm-only",
    "--exclude-entrypoints",
    "core.wasm",
    "tools.wasm",
  );
});

it("every entry has types first, and every file that `exports` and `sideEffects` name is there", async () => {
  const files = new Set(manifest.sideEffects);
  for (const [entry, target] of Object.entries(manifest.exports)) {
    const targets = typeof target === "string" ? [target] : Object.values(target);
    if (typeof target === "object") assert.equal(Object.keys(target)[0], "types", entry);
    for (const file of targets) files.add(file);
  }
  for (const file of files) {
    if (!file.includes("*")) await readFile(installed + file);
  }
});

it("the metadata is what publishing with provenance needs", () => {
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

it("the license is in it", async () => {
  assert.match(await readFile(`${installed}LICENSE`, "utf8"), /Apache License/);
});

/** The declarations of all entries, each once. */
const declarations = [
  ...new Set(
    Object.values(manifest.exports)
      .filter(target => typeof target === "object")
      .map(target => target.types),
  ),
];

it("every export has a description (TypeDoc)", async () => {
  // What lies in node_modules counts as somebody else's.
  await cp(`${installed}dist`, `${folder}out/types`, { recursive: true });
  const files = declarations.map(file => file.replace("./dist/", "types/"));
  const tsconfig = { extends: "../tsconfig.json", compilerOptions: { skipLibCheck: true }, files };
  await writeFile(`${folder}out/tsconfig.typedoc.json`, JSON.stringify(tsconfig));
  const options = {
    entryPoints: files,
    tsconfig: "tsconfig.typedoc.json",
    emit: "none",
    readme: "none",
    treatValidationWarningsAsErrors: true,
    validation: { notExported: false, invalidLink: true, notDocumented: true },
  };
  await writeFile(`${folder}out/typedoc.json`, JSON.stringify(options));
  await output(here, "node_modules/.bin/typedoc", "--options", "out/typedoc.json");
});

describe("the README's code", async () => {
  const readme = await readFile(`${installed}README.md`, "utf8");
  const compiled = [];
  for (const [, language, code] of readme.matchAll(/^```(js|jsx|ts|tsx)\n(.*?)^```/gms)) {
    const imports = [...code.matchAll(/from "isoflag(\/[\w.-]+)?[^"]*"/g)];
    const missing = imports.map(([, path = ""]) => `.${path}`).filter(entry => !(entry in manifest.exports));
    const name = `readme-${compiled.length + 1}.${/x$/.test(language) ? "tsx" : "mts"}`;
    if (missing.length === 0) {
      compiled.push(name);
      await writeFile(`${folder}out/${name}`, `${code}\nexport {};\n`);
    } else {
      it(`README: a block that imports \`${missing}\``, { skip: "this package has no such entry" }, () => {});
    }
  }

  it("README: every block of code compiles, strict", async () => {
    assert.ok(compiled.length > 0);
    const config = { extends: "../tsconfig.json", files: [...compiled, "../readme.d.ts"] };
    await writeFile(`${folder}out/tsconfig.json`, JSON.stringify(config));
    const { stdout } = await output(here, "node_modules/.bin/tsc", "--noEmit", "-p", "out/tsconfig.json");
    assert.equal(stdout, "");
  });
});
