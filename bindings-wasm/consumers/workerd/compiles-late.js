// What the runtime forbids: to compile while a request is answered.

import core from "isoflag/core.wasm.bin";
import { LoadError, readySync } from "isoflag-for-browsers";

export default {
  fetch() {
    try {
      readySync(core);
      return Response.json("compiled");
    } catch (error) {
      return Response.json({ named: error instanceof LoadError, code: error.code, message: error.message });
    }
  },
};
