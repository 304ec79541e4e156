// Text of a document or a caller is escaped before it reaches a terminal or a pipeline's log.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as node from "../../dist/node.js";
import { document, flag } from "../documents.js";
import { OBEYED, rawMessages, HOSTILE as TEXTS } from "../hostile.js";

const { DocumentHistory, Flags, checkEnvironments, convert, edit, inventory, parseTtl, replay } = node;

const HOSTILE = TEXTS.join("");

const clause = { attribute: HOSTILE, op: HOSTILE, values: [HOSTILE] };
const flags = Flags.fromObject(
  document(flag(HOSTILE, { variations: [HOSTILE, 1], rules: [{ variation: 9, clauses: [clause] }] })),
);

/** Returns what a call throws. @param {() => unknown} call */
function thrownBy(call) {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

/** @type {Record<string, () => string>} */
const texts = {
  "an explanation": () =>
    flags.explain(HOSTILE, { kind: "user", key: HOSTILE, [HOSTILE]: HOSTILE }).toString(),
  "a difference": () => flags.diff(document(flag(HOSTILE, { on: false, salt: HOSTILE }))).toString(),
  "a difference as Markdown": () => flags.diff(document(flag(HOSTILE, { on: false }))).toMarkdown(),
  "types for TypeScript": () => flags.typing("typescript"),
  "types for Python": () => flags.typing("python"),
  "the name of a document": () =>
    String(thrownBy(() => inventory({ prod: flags }, { now: 1, activity: { [HOSTILE]: "{}" } }))),
};

describe("nothing has an effect on terminals of", () => {
  for (const [name, text] of Object.entries(texts)) {
    it(name, () => assert.doesNotMatch(text(), OBEYED));
  }
});

const history = new DocumentHistory();
history.add(flags, 1);
const certified = /** @type {any} */ ({ productionState: "passed", nextRelease: "passed", now: 1 });

/** Calls that only tools.wasm has. @type {Record<string, (text: any) => unknown>} */
const calls = {
  withStatus: text => flags.withStatus(`${HOSTILE}${text}`, "Done", 1),
  "withStatus, a status": text => flags.withStatus(HOSTILE, text, 1),
  finish: text => flags.finish(text, 1),
  withStrategy: text => flags.withStrategy(text),
  "withStrategy, a flag": text => flags.withStrategy("Custom", { on: [`${HOSTILE}${text}`] }),
  "withStrategy, a member": text =>
    flags.withStrategy(/** @type {any} */ ({ strategy: "Custom", [text]: 10n ** 400n })),
  strategyFor: text => flags.strategyFor(text, { kind: "user", key: "a" }),
  certification: text => flags.certification({ ...certified, productionState: text }),
  advance: text => flags.advance({ [text]: /** @type {any} */ (text) }, 1),
  check: text => flags.check({ [text]: 1 }),
  "check, names": text => flags.check({ names: `/${text}(/` }),
  edit: text => edit('{"flags":{}}', [{ op: "on", key: text }]),
  "edit, a member": text => edit('{"flags":{}}', /** @type {any} */ ([{ op: text, key: text, [text]: 1 }])),
  convert: text => convert(`["${text}"`),
  "convert, a source": text => convert("{}", { source: text }),
  checkEnvironments: text => checkEnvironments({ [text]: flags }, { [text]: 1 }),
  retirements: text =>
    flags.retirements(/** @type {any} */ ({ now: 1, activity: [{ environment: text, activity: text }] })),
  typing: text => flags.typing(text),
  parseTtl: text => parseTtl(text),
  "DocumentHistory.pinned": text => history.pinned(text, 1, 1),
  replay: text =>
    replay(flags.receipt(HOSTILE, { kind: "user", key: "a" }).toJson().replace("sha256:", text), flags, {
      kind: "user",
      key: "a",
    }),
  "replay, another context": text =>
    replay(flags.receipt(HOSTILE, { kind: "user", key: "a" }), flags, { kind: "user", key: text }),
  fromAppConfig: text => Flags.fromAppConfig({ [text]: { enabled: text, x: [10n ** 400n] } }),
};

describe("the errors of both modules are printable", () => {
  it("in tools.wasm", async () => assert.deepEqual(await rawMessages(node), []));

  for (const [name, call] of Object.entries(calls)) {
    it(name, () => {
      for (const text of TEXTS) {
        const thrown = thrownBy(() => call(text));
        assert.ok(thrown instanceof Error, JSON.stringify(text));
        const { message, path = "" } = /** @type {Error & { path?: string }} */ (thrown);
        assert.doesNotMatch(message, OBEYED);
        assert.doesNotMatch(path, OBEYED);
      }
    });
  }
});
