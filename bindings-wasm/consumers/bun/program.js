import { Context, Flags, ready } from "isoflag";
import { ask } from "../harness/ask.js";

await ready();
console.log(JSON.stringify(ask({ Context, Flags })));
