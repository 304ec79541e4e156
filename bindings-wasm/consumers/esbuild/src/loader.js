import { Context, Flags, ready } from "isoflag";
import core from "isoflag/core.wasm";
import { ask } from "../../harness/ask.js";

// The loader `file` puts the module beside the bundle and gives its name.
await ready(new URL(core, import.meta.url));

globalThis.answer = ask({ Context, Flags });
