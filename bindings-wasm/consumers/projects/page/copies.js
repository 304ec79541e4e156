/** Loads two copies of the package in one page and passes a context of one to the other. */
import { greet } from "./application.js";
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
globalThis.answer = { first: greet(first), second: greet(second), early, mixed };
