// Two copies of the package in one page, and what one makes handed to the other.

import { ask } from "../harness/ask.js";
import * as second from "./copy/isoflag/dist/index.js";
import * as first from "./node_modules/isoflag/dist/index.js";

await first.ready();
const early = (() => {
  try {
    return second.Flags.fromObject({ flags: {} });
  } catch (error) {
    return error.message;
  }
})();
await second.ready();
const document = {
  flags: {
    f: {
      key: "f",
      on: true,
      variations: ["others", "anna"],
      targets: [{ variation: 1, values: ["anna"] }],
      fallthrough: { variation: 0 },
    },
  },
};
const mixed = second.Flags.fromObject(document).variation("f", new first.Context("anna"), "none");
globalThis.answer = { first: ask(first), second: ask(second), early, mixed };
