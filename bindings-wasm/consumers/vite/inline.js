import { Context, Flags } from "isoflag/inline";
import { ask } from "../harness/ask.js";

globalThis.answer = ask({ Context, Flags });
