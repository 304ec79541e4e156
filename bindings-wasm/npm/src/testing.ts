/**
 * `isoflag/testing`: what tests do with flags. Works with every runner whose `test` takes a name and a function, such as
 * those of vitest and `node:test`.
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

import type { BoundFlags } from "./bound-flags.js";
import { withEvidence } from "./evidence.js";
import type { Flags } from "./flags.js";
import type { JsonValue } from "./json.js";
import type { StrategyName } from "./lifecycle.js";
import { type Evaluation, observe } from "./observation.js";

export type { Evaluation } from "./observation.js";

/** The strategy that the environment asks for, as `isoflag certify` does; undefined where there is none. */
function strategyOfTheRun(): StrategyName | undefined {
  const { process } = globalThis as { process?: { env?: { ISOFLAG_STRATEGY?: StrategyName } } };
  return process?.env?.ISOFLAG_STRATEGY || undefined;
}

/**
 * The document for a whole suite: under the strategy that is named, or else under that of the environment variable
 * `ISOFLAG_STRATEGY`, which `isoflag certify` sets; the document itself where there is neither. What is evaluated is
 * evidence for `isoflag certify`, which needs it.
 *
 * ```js
 * const flags = underStrategy(Flags.fromJson(readFileSync(process.env.ISOFLAG_DOCUMENT ?? "flags.json")));
 * ```
 *
 * @throws {StrategyError} where it is no strategy
 */
export function underStrategy(flags: Flags, strategy: StrategyName | undefined = strategyOfTheRun()): Flags {
  return withEvidence(strategy === undefined ? flags : flags.withStrategy(strategy));
}

/** Values by key of flag, served to everybody. */
export interface Overrides {
  readonly [flagKey: string]: JsonValue;
}

/** Above the versions that documents have, and far below where numbers grow coarse. */
const OVERRIDE_VERSION = 2 ** 52;

/** Somebody, for whom the state of the document is read. */
const SOMEBODY = { kind: "user", key: "somebody" };

/**
 * A new document in which some flags serve one value to everybody, with the reason `FALLTHROUGH`; flags that the
 * document does not have are added. A boolean has the variations true and false, in this order, for the flags of which
 * it is a prerequisite. The document given stays as it was; free both.
 *
 * @throws {DocumentError} where a value has no JSON form
 */
export function withOverrides(flags: Flags, overrides: Overrides): Flags {
  const state = flags.allFlagsState(SOMEBODY);
  const clientState = flags.allFlagsState(SOMEBODY, { clientSideOnly: true });
  const patch = Object.fromEntries(
    Object.entries(overrides).map(([key, value]) => {
      const isBoolean = typeof value === "boolean";
      const isVisible = !Object.hasOwn(state, key) || Object.hasOwn(clientState, key);
      const flag = {
        key,
        version: Math.max(OVERRIDE_VERSION, state.$flagsState[key]?.version ?? 0) + 1,
        on: true,
        variations: isBoolean ? [true, false] : [value],
        fallthrough: { variation: value === false ? 1 : 0 },
        clientSideAvailability: { usingEnvironmentId: isVisible, usingMobileKey: isVisible },
      };
      return [key, flag];
    }),
  );
  return flags.apply({ flags: patch });
}

/** The values to try by key of flag. */
export interface FlagStates {
  readonly [flagKey: string]: readonly JsonValue[];
}

/** A runner's function that defines a test. */
export type TestFunction<Result = unknown> = (name: string, body: () => void | Promise<void>) => Result;

/** What the body of {@link eachState} is given. */
export interface StateUnderTest {
  /** The document in that state. It is freed after the test. */
  readonly flags: Flags;
  /** The values of this state by key. */
  readonly values: Overrides;
}

/** What the body of {@link testWithFlag} is given. */
export interface FlagUnderTest {
  /** The document in which the flag has the value. It is freed after the test. */
  readonly flags: Flags;
  /** The flag's value. */
  readonly value: JsonValue;
}

/**
 * Defines one test for every combination of values, each named after it: `"the total (checkout: true)"`.
 *
 * @param flags the document, or what gives it, called in each test
 * @returns what the runner gave for each
 */
export function eachState<Result>(
  test: TestFunction<Result>,
  name: string,
  flags: Flags | (() => Flags),
  states: FlagStates,
  body: (state: StateUnderTest) => void | Promise<void>,
): Result[] {
  return combinations(Object.entries(states)).map(values => {
    const described = Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    return test(`${name} (${described.join(", ")})`, async () => {
      const overridden = withOverrides(typeof flags === "function" ? flags() : flags, values);
      try {
        await body({ flags: overridden, values });
      } finally {
        overridden.free();
      }
    });
  });
}

/**
 * Defines one test for each value of a flag: on and off, unless others are given.
 *
 * @param flags the document, or what gives it, called in each test
 * @returns what the runner gave for each
 */
export function testWithFlag<Result>(
  test: TestFunction<Result>,
  name: string,
  flags: Flags | (() => Flags),
  key: string,
  body: (state: FlagUnderTest) => void | Promise<void>,
  values: readonly JsonValue[] = [true, false],
): Result[] {
  return eachState(test, name, flags, { [key]: values }, state =>
    body({ flags: state.flags, value: state.values[key] as JsonValue }),
  );
}

function combinations(states: readonly (readonly [string, readonly JsonValue[]])[]): Overrides[] {
  let found: Overrides[] = [{}];
  for (const [key, values] of states) {
    found = found.flatMap(others => values.map(value => ({ ...others, [key]: value })));
  }
  return found;
}

/** Flags that are watched, and what was asked of them. */
export interface Recording<T extends Flags | BoundFlags = Flags> {
  /** The same flags; what is bound to them is watched too. Freeing them frees the ones that were given. */
  readonly flags: T;
  /** Every evaluation so far, in order. */
  readonly evaluations: readonly Evaluation[];
  /** The keys that were asked for, each once, in the order of the first time. */
  keys(): string[];
  /** Forgets what was recorded. */
  clear(): void;
}

/**
 * Records what is asked of flags, or of what is bound to them, to assert on.
 *
 * ```js
 * const { flags, keys } = record(Flags.fromJson(text));
 * render(flags);
 * assert.deepEqual(keys(), ["checkout"]);
 * ```
 */
export function record<T extends Flags | BoundFlags>(flags: T): Recording<T> {
  const evaluations: Evaluation[] = [];
  return {
    flags: observe(flags, evaluation => {
      evaluations.push(evaluation);
    }),
    evaluations,
    keys: () => [...new Set(evaluations.map(evaluation => evaluation.key))],
    clear: () => {
      evaluations.length = 0;
    },
  };
}
