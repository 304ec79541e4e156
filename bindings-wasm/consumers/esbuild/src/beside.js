import { Context, Flags, ready } from "isoflag";
import { ask } from "../../harness/ask.js";

globalThis.failure = await ready().catch(({ code, message }) => ({ code, message }));
if (globalThis.failure !== undefined) await ready("/node_modules/isoflag/dist/core.wasm");

globalThis.answer = ask({ Context, Flags });
