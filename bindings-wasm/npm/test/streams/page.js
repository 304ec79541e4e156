/** Runs the scenario in a page, and posts its observations to the server of the page. */

import { createSource } from "../../dist/page.js";
import { scenario } from "./scenario.js";

const seen = await scenario(createSource, location.origin).catch(String);
await fetch("/", { method: "POST", body: JSON.stringify(seen) });
