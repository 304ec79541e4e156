/** What runs in the page: the browser build answers the cases of the files that it is told. */
import { ready } from "isoflag";
import { casesOf, run } from "/node/answers.js";

globalThis.answerFiles = async names => {
  await ready();
  const files = await Promise.all(names.map(async name => (await fetch(`/vectors/${name}`)).json()));
  return run(files.flatMap(casesOf));
};
