/** The maximum nesting of a document or a context. */
const NESTING = 128;

/**
 * Whether two values are equal as JSON. Values that cannot be compared (cyclic ones, those that throw when they are
 * read, or are nested too deep) are not equal.
 */
export function jsonEqual(one: unknown, other: unknown): boolean {
  try {
    return equal(one, other, NESTING);
  } catch {
    return false;
  }
}

function equal(one: unknown, other: unknown, depth: number): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other;
  }
  if (depth === 0 || Array.isArray(one) !== Array.isArray(other)) return false;
  const prototype: unknown = Object.getPrototypeOf(one);
  if (prototype !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date || one instanceof URL) return one.toJSON() === (other as typeof one).toJSON();
  // Maps and similar objects have hidden contents.
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    name =>
      Object.hasOwn(other, name) &&
      equal((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name], depth - 1),
  );
}
