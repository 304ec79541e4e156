// Compiles the declaration that `isoflag types` writes as an application would.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";

import { Flags } from "../../dist/node.js";

const npm = fileURLToPath(new URL("../..", import.meta.url));

const document = {
  flags: {
    "new-checkout": { on: true, variations: [true, false] },
    banner: { on: true, variations: ["plain", "loud"] },
    limit: { on: true, variations: [1, 2] },
    layout: { on: true, variations: [{ columns: 2 }, { columns: 3, "side-bar": null }] },
    10: { on: true, variations: [[1]] },
    broken: { on: true, variations: 7 },
  },
};

const uses = `
import { type FlagKey, type FlagValue, Flags, type JsonValue } from "isoflag";
import { Flags as InlineFlags } from "isoflag/inline";
import { Feature, useFlag, useFlagDetail, useFlags } from "isoflag/react";

const flags = Flags.fromJson("{}");
const ada = { kind: "user", key: "ada" };

const checkout: boolean = flags.variation("new-checkout", ada, false);
const banner: "plain" | "loud" = flags.variation("banner", ada, "plain");
// @ts-expect-error: the default is not a variation
const other: "plain" | "loud" = flags.variation("banner", ada, "shrill");
const limit: number = flags.bind(ada).variation("limit", 0);
const layout = flags.jsonVariation("layout", ada, null);
const columns: number | undefined = layout?.columns;
const side: null | undefined = layout?.["side-bar"];
// @ts-expect-error: no such member
layout?.rows;
const ten: number[] = flags.variation("10", ada, []);
const broken: JsonValue = flags.variation("broken", ada, 1);
// @ts-expect-error: no such flag
flags.variation("new-chekout", ada, false);
// @ts-expect-error: no such flag
flags.explain("new-chekout", ada);
const text: "plain" | "loud" | "" = flags.stringVariation("banner", ada, "");
// @ts-expect-error: serves numbers
flags.stringVariation("limit", ada, "");
// @ts-expect-error: serves strings
flags.boolVariation("banner", ada, false);
flags.bind(ada).boolVariation("broken", false);
// @ts-expect-error: serves strings
flags.bind(ada).numberVariationDetail("banner", 0);
// @ts-expect-error: no such flag, by whatever entry
InlineFlags.fromJson("{}").variation("nothing", ada, 0);

const inReact: boolean = useFlag("new-checkout", false);
const loud: "plain" | "loud" = useFlag("banner", "plain");
const aNumber: number = useFlag("limit", 1);
const aLayout: number = useFlag("layout", { columns: 1 }).columns;
const named: "plain" | "loud" = useFlagDetail("banner", "plain").value;
const all: number | undefined = useFlags().layout?.columns;
// @ts-expect-error: no such flag
useFlag("new-chekout", false);
// @ts-expect-error: serves strings
useFlag("banner", false);
// @ts-expect-error: no such flag
useFlagDetail("new-chekout", { columns: 1 });
// @ts-expect-error: no such flag
useFlags()["new-chekout"];
Feature({ flag: "banner", value: "loud" });
// @ts-expect-error: no such flag
Feature({ flag: "new-chekout" });
// @ts-expect-error: not a value of the flag
Feature({ flag: "banner", value: "shrill" });

const key: FlagKey = "limit";
// @ts-expect-error: no such flag
const wrong: FlagKey = "limits";
const value: FlagValue<"banner"> | null = flags.variationDetail("banner", ada, null).value;
`;

const readme = readFileSync(join(npm, "README.md"), "utf8");
/** The declaration of the README, which gives OpenFeature's SDKs the keys. */
const [, openFeatureKeys = ""] = /```typescript\n(.*?)```/s.exec(readme) ?? [];

const openFeatureUses = `
import { useBooleanFlagValue, useFlag, useObjectFlagValue } from "@openfeature/react-sdk";
import { OpenFeature } from "@openfeature/web-sdk";

useBooleanFlagValue("new-checkout", false);
useFlag("banner", "plain");
useObjectFlagValue("layout", { columns: 1 });
// @ts-expect-error: no such flag
useBooleanFlagValue("new-chekout", false);
// @ts-expect-error: serves strings
useFlag("banner", false);
// @ts-expect-error: serves strings
OpenFeature.getClient().getNumberValue("banner", 1);
`;

const untyped = `
import { type FlagKey, Flags, type JsonValue } from "isoflag";

const flags = Flags.fromJson("{}");
const key: FlagKey = "anything" as string;
const value: JsonValue = flags.variation(key, { key: "ada" }, null);
const text: string = flags.stringVariation(key, { key: "ada" }, "x");
const flag: boolean = flags.bind({ key: "ada" }).boolVariation(key, false);
`;

/** @type {string} */
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "isoflag-typing-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(npm, join(folder, "node_modules/isoflag"), "dir");
  for (const name of ["@types", "react", "csstype", "@openfeature"]) {
    symlinkSync(join(npm, "node_modules", name), join(folder, "node_modules", name), "dir");
  }
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
});

after(() => rmSync(folder, { recursive: true }));

/** @param {{[name: string]: string}} files @param {string[]} more */
function compiled(files, ...more) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const tsc = join(npm, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
  const lib = ["--lib", "es2023,dom,esnext.disposable"];
  return spawnSync(process.execPath, [tsc, ...options, ...lib, ...more, ...Object.keys(files)], {
    cwd: folder,
    encoding: "utf8",
  });
}

it("tsc accepts valid uses and rejects invalid ones", () => {
  const declaration = Flags.fromObject(document).typing();
  assert.equal(compiled({ "flags.d.ts": declaration, "uses.ts": uses }).stdout, "");
  // Without the declaration every key is a flag, so expected errors do not occur.
  assert.match(compiled({ "uses.ts": uses }).stdout, /TS2578/);
});

it("OpenFeature's hooks and clients accept the keys of the declaration only", () => {
  const files = {
    "flags.d.ts": Flags.fromObject(document).typing(),
    "openfeature-keys.d.ts": openFeatureKeys,
    "openfeature.ts": openFeatureUses,
  };
  // OpenFeature's own types declare the same names.
  assert.equal(compiled(files, "--skipLibCheck").stdout, "");
});

it("without a declaration any string is a key", () => {
  assert.equal(compiled({ "untyped.ts": untyped }).stdout, "");
});

it("the declarations for hostile names compile", () => {
  const flags = {
    '"': {},
    "*/": { description: "*/ }" },
    __proto__x: { variations: [{ "a b": "\n" }] },
    é: {},
  };
  const declaration = Flags.fromObject({ flags }).typing();
  assert.equal(compiled({ "flags.d.ts": declaration, "untyped.ts": "export {};" }).stdout, "");
});
