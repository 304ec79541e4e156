// Objects of the package that trap once.

/** Makes the next call of one of some methods trap; returns the object. @template {object} T @param {T} object @param {string[]} methods */
export function trapOnce(object, ...methods) {
  const all = /** @type {any} */ (object);
  let left = 1;
  for (const method of methods) {
    const own = all[method]?.bind(all);
    all[method] = (/** @type {unknown[]} */ ...parameters) => {
      if (left-- > 0) throw new WebAssembly.RuntimeError("unreachable");
      return own(...parameters);
    };
  }
  return object;
}
