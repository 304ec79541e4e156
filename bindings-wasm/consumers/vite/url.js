import { Context, Flags, ready } from "isoflag";
import core from "isoflag/core.wasm?url";
import { ask } from "../harness/ask.js";

await ready(core);

globalThis.answer = ask({ Context, Flags });
