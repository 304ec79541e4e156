import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Context, Flags } from "../../dist/node.js";

const file = new URL("../../../../tools/tests/impact.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8"));

const flag = (/** @type {number} */ variation) => ({
  flags: { a: { on: true, variations: [false, true], fallthrough: { variation } } },
});

describe("impact", () => {
  for (const { name, old, new: next, contexts, by, impact, text } of cases) {
    it(`is that of every host runtime: ${name}`, () => {
      const found = Flags.fromObject(old).impact(next, contexts ?? undefined, { by });
      assert.deepEqual({ ...found }, impact);
      assert.equal(String(found), text);
    });
  }

  it("reads contexts one after the other", () => {
    const flags = Flags.fromObject(flag(0));
    function* contexts() {
      yield new Context("ada");
      yield { kind: "user", key: "bob", when: () => 1 };
      throw new RangeError("no more");
    }
    assert.throws(() => flags.impact(flag(1), contexts()), /no more/);
    const found = flags.impact(flag(1), [new Context("ada"), { kind: "user", key: "bob" }]);
    assert.equal(found.changed, 2);
    assert.match(found.toMarkdown(), /^\| `false` \| `true` \| 2 \| 100% \| `ada`, `bob` \|$/m);
    assert.deepEqual(flags.impact(flag(0)).flags, []);
  });

  it("rejects invalid attributes and freed contexts", () => {
    const flags = Flags.fromObject(flag(0));
    assert.throws(() => flags.impact(flag(1), [], { by: ["/"] }), /`by`: the attribute reference `\/`/);
    assert.throws(() => flags.impact(flag(1), [], { by: /** @type {any} */ ("country") }), {
      name: "TypeError",
      message: "`by`: expected a list of attributes, found a string; put it into a list",
    });
    const ada = new Context("ada");
    ada.free();
    assert.throws(() => flags.impact(flag(1), [ada]), /used after `free\(\)`/);
  });
});
