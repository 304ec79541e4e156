// Asks for the module, and tells the answers or the error.

import { ask } from "../harness/ask.js";
import * as isoflag from "./node_modules/isoflag/dist/index.js";

const said = ({ name, code, message }) => ({ name, code, message });

globalThis.again = () =>
  isoflag.ready().then(
    () => ask(isoflag),
    error => said(error),
  );
globalThis.answer = globalThis.again();
