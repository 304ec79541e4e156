import { Context, Flags, ready } from "isoflag";
import { ask } from "../harness/ask.js";

// Rollup copies no file by itself: the module lies where the configuration put it.
await ready(new URL("./core.wasm", import.meta.url));

globalThis.answer = ask({ Context, Flags });
