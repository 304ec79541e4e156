// Imports the entry that carries the module, and tells the answers or the error.
import { ask } from "../harness/ask.js";

globalThis.answer = import("./node_modules/isoflag/dist/inline.js").then(
  isoflag => ask(isoflag),
  ({ name, code, message }) => ({ name, code, message }),
);
