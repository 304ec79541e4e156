import { Context, Flags } from "isoflag";
import { ask } from "../harness/ask.js";

console.log(JSON.stringify(ask({ Context, Flags })));
