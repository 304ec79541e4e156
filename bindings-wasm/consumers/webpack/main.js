import { Context, Flags, ready } from "isoflag";
import { ask } from "../harness/ask.js";

await ready();

globalThis.answer = ask({ Context, Flags });
