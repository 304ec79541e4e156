/** Compiles the module while it responds to a request, which the runtime forbids. */
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
