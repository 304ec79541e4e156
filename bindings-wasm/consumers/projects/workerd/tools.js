/** Evaluates, explains and checks with `isoflag/tools`. */
import { Flags } from "isoflag/tools";
import { DOCUMENT, PEOPLE } from "./application.js";

const { greeting } = DOCUMENT.flags;
const [rule] = greeting.rules;
// An unreachable rule, for `check` to report.
const flags = Flags.fromObject({
  flags: { greeting: { ...greeting, rules: [rule, { ...rule, variation: 0 }] } },
});

export default {
  fetch() {
    const [anna] = PEOPLE;
    return Response.json({
      answer: flags.stringVariation("greeting", anna, "none"),
      explanation: String(flags.explain("greeting", anna)),
      found: flags.check().map(({ code, path }) => [code, path]),
    });
  },
};
