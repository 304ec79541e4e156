// Import before other code: its imports of React then resolve to React 18.

import { register } from "node:module";

const hooks = `
const here = ${JSON.stringify(import.meta.url)};
const react = ${JSON.stringify(new URL("react.js", import.meta.url).href)};
export function resolve(specifier, context, next) {
  if (specifier === "react" && context.parentURL !== react) return next(react, context);
  return next(specifier, /^react(-dom)?(\\/|$)/.test(specifier) ? { ...context, parentURL: here } : context);
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
