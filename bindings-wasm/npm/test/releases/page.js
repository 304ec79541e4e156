/** Loads both releases in a page, and posts the results to the server of the page. */

import { mixed } from "./releases.js";

async function run() {
  const one = await import("../../dist/index.js");
  /** @type {typeof one} */
  const other = await import(new URL("/other/dist/index.js", location.href).href);
  const refused = await one.ready("/other/dist/core.wasm").then(
    () => "loaded",
    ({ code }) => code,
  );
  await Promise.all([one.ready(), other.ready()]);
  return { refused, ...mixed(one, other) };
}

await fetch("/", { method: "POST", body: JSON.stringify(await run().catch(String)) });
