/**
 * `isoflag/testing`: helpers for tests with flags. Works with every runner whose `test` takes a name and a function, such
 * as those of vitest and `node:test`.
 *
 * ```js
 * import test from "node:test";
 * import { testWithFlag, withOverrides } from "isoflag/testing";
 *
 * testWithFlag(test, "the total is shown", flags, "checkout", ({ flags, value }) => {
 *   assert.equal(total(flags), 42);
 * });
 * ```
 */

export type { Evaluation } from "./sdk/observation.js";
export { pageOverrides, type SignedOverrides, signOverrides, withPageOverrides } from "./sdk/overrides.js";
export * from "./sdk/testing.js";
