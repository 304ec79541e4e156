/**
 * Runs in the page: a browser build answers the cases of the requested files. `?entry=tools` uses the one with all
 * features.
 */
import { casesOf, run } from "/node/answers.js";

const entry = new URLSearchParams(location.search).get("entry") ?? "index";
const isoflag = await import(`/isoflag/${entry}.js`);

globalThis.answerFiles = async (names, full) => {
  await isoflag.ready();
  const files = await Promise.all(names.map(async name => (await fetch(`/vectors/${name}`)).json()));
  return run(isoflag, files.flatMap(casesOf), full);
};
