/** Strategies, overrides and recordings for tests with flags. */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";
import { printable } from "../binding/printable.js";
import type { StrategyName } from "../tools/strategy.js";
import { Activity } from "./activity.js";
import { type Evaluation, observe } from "./observation.js";

/** Returns the strategy in the environment, as set by `isoflag certify`; undefined if it is not set. */
function strategyOfTheRun(): StrategyName | undefined {
  const { process } = globalThis as { process?: { env?: { ISOFLAG_STRATEGY?: StrategyName } } };
  return process?.env?.ISOFLAG_STRATEGY || undefined;
}

/**
 * Returns the document for a whole suite: under the named strategy, else under that of the environment variable
 * `ISOFLAG_STRATEGY`, which `isoflag certify` sets; the document itself if there is neither. Its evaluations are recorded
 * as evidence for `isoflag certify`.
 *
 * ```js
 * const flags = underStrategy(Flags.fromJson(readFileSync(process.env.ISOFLAG_DOCUMENT ?? "flags.json")));
 * ```
 *
 * @throws {StrategyError} if the strategy is invalid
 */
export function underStrategy(flags: Flags, strategy: StrategyName | undefined = strategyOfTheRun()): Flags {
  return withEvidence(strategy === undefined ? flags : flags.withStrategy(strategy));
}

/** Values by flag key, served to everybody. */
export interface Overrides {
  readonly [flagKey: string]: JsonValue;
}

/** Above the versions of documents, and far below the range in which integers lose precision. */
const OVERRIDE_VERSION = 2 ** 52;

/** An arbitrary context for reading the state of the document. */
const SOMEBODY = { kind: "user", key: "somebody" };

/**
 * Returns a new document in which some flags serve one value to everybody, with the reason `FALLTHROUGH`; flags that
 * the document does not have are added. A boolean has the variations true and false, in this order, for the flags that
 * have it as a prerequisite. The given document is unchanged; free both.
 *
 * @throws {DocumentError} if a value has no JSON form
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
  if (flags.parentDigest === undefined) return flags.apply({ flags: patch });
  // It answers no longer like the whole document.
  const { parentDigest: _, ...meta } = JSON.parse(flags.toJson()).meta;
  return flags.apply({ flags: patch, meta });
}

/** The values to test, by flag key. */
export interface FlagStates {
  readonly [flagKey: string]: readonly JsonValue[];
}

/** A runner's function that defines a test. */
export type TestFunction<Result = unknown> = (name: string, body: () => void | Promise<void>) => Result;

/**
 * The argument of the body of {@link eachState}.
 */
export interface StateUnderTest {
  /** The document in that state. It is freed after the test. */
  readonly flags: Flags;
  /** The values of this state by key. */
  readonly values: Overrides;
}

/**
 * The argument of the body of {@link testWithFlag}.
 */
export interface FlagUnderTest {
  /** The document in which the flag has the value. It is freed after the test. */
  readonly flags: Flags;
  /** The flag's value. */
  readonly value: JsonValue;
}

/**
 * Defines one test for every combination of values, each named after it: `"the total (checkout: true)"`.
 *
 * @param flags the document, or a function that returns it, called in each test
 * @returns the runner's result for each
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
    return test(printable(`${name} (${described.join(", ")})`), async () => {
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
 * Defines one test for each value of a flag: on and off by default.
 *
 * @param flags the document, or a function that returns it, called in each test
 * @returns the runner's result for each
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

/** Observed flags, and their evaluations. */
export interface Recording<T extends Flags | BoundFlags = Flags> {
  /** The same flags, observed, including objects bound to them. Freeing them frees the original ones. */
  readonly flags: T;
  /** Every evaluation so far, in order. */
  readonly evaluations: readonly Evaluation[];
  /** The evaluated keys, each once, in the order of their first evaluation. */
  keys(): string[];
  /** Clears the recorded evaluations. */
  clear(): void;
}

/**
 * Records the evaluations of flags, and of objects bound to them, for assertions.
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

interface Host {
  readonly env?: { readonly ISOFLAG_EVIDENCE?: string };
  getBuiltinModule?(name: string): { appendFileSync(file: string, text: string): void } | undefined;
}

/**
 * Returns the same flags. While `isoflag certify` runs the tests, with the environment variable `ISOFLAG_EVIDENCE`,
 * each evaluated flag is recorded in the named file, once for each variation.
 */
function withEvidence(flags: Flags): Flags {
  const { process } = globalThis as { process?: Host };
  const file = process?.env?.ISOFLAG_EVIDENCE;
  // Importing the module would add it to a page, too.
  const system = file ? process?.getBuiltinModule?.("node:fs") : undefined;
  if (!file || system === undefined) return flags;
  const recorded = new Set<string>();
  return observe(flags, ({ key, detail, digest }) => {
    const entry = `${detail.variationIndex} ${key}`;
    if (recorded.has(entry)) return;
    recorded.add(entry);
    const activity = new Activity();
    activity.record(key, detail.variationIndex, digest);
    // One write in append mode, so that the lines of several processes are not mixed.
    if (!activity.isEmpty) system.appendFileSync(file, `${activity.toJson()}\n`);
  });
}
