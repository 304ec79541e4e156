/** Loads the entry that the query string names (`inline` or `index`) and reports the answers or the error. */
import { greet } from "./application.js";

const entry = location.search.slice(1) || "index";

globalThis.again = async () => {
  try {
    const isoflag = await import(`./node_modules/isoflag/dist/${entry}.js`);
    await isoflag.ready();
    return greet(isoflag);
  } catch ({ name, code, message }) {
    return { name, code, message };
  }
};
globalThis.answer = globalThis.again();
