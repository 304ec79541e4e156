// Objects of the package that trap.

/** Makes the next call of one of some methods trap; returns the object. @template {object} T @param {T} object @param {string[]} methods */
export const trapOnce = (object, ...methods) => trapTimes(1, object, ...methods);

/** Like {@link trapOnce}, a number of times. @template {object} T @param {number} left @param {T} object @param {string[]} methods */
export function trapTimes(left, object, ...methods) {
  const all = /** @type {any} */ (object);
  for (const method of methods) {
    const own = all[method]?.bind(all);
    all[method] = (/** @type {unknown[]} */ ...parameters) => {
      if (left-- > 0) throw new WebAssembly.RuntimeError("unreachable");
      return own(...parameters);
    };
  }
  return object;
}
