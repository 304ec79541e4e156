// Type tests, which are checked and never run.

import { createElement } from "react";

import { Activity, type ActivityRecorder } from "../dist/activity.js";
import { Flags, type JsonValue, ready } from "../dist/node.js";
import { IsoflagServerProvider } from "../dist/openfeature-server.js";
import { IsoflagWebProvider } from "../dist/openfeature-web.js";
import {
  type Bootstrap,
  Feature,
  type FlagDetail,
  IsoflagProvider,
  useFlag,
  useFlagDetail,
} from "../dist/react.js";
import { createSource, type FlagSource } from "../dist/source.js";
import { record, testWithFlag, withOverrides } from "../dist/testing.js";

type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
/** Checks that two types are equal. */
const exactly = <One, Other>(_: Equal<One, Other>): void => undefined;

declare const flags: Flags;
const source = createSource({ url: new URL("https://page.example/flags.json"), Flags, ready });
const context = { kind: "user", key: "ada" };

export function Component(): null {
  const on = useFlag("key", false);
  exactly<typeof on, boolean>(true);
  const count = useFlag("key", 1);
  exactly<typeof count, number>(true);
  const text = useFlag("key", "a");
  exactly<typeof text, string>(true);
  const list = useFlag("key", [1]);
  exactly<typeof list, JsonValue | number[]>(true);
  const detail = useFlagDetail("key", "a");
  exactly<typeof detail, FlagDetail<string>>(true);
  // @ts-expect-error: an answer is not the component's to change
  detail.value = "b";
  // @ts-expect-error: a default is needed
  useFlag("key");
  return null;
}

createElement(IsoflagProvider, { flags, context });
createElement(IsoflagProvider, { flags: source, context, activity: new Activity(), bootstrap: {} });
createElement(IsoflagProvider, { bootstrap: flags.allFlagsState(context) });
createElement(IsoflagProvider, { flags: undefined, context, bootstrap: {} });
createElement(Feature, { flag: "key", value: { a: [1] }, fallback: "no" });
// @ts-expect-error: a document needs a context
createElement(IsoflagProvider, { flags });
// @ts-expect-error: nothing to answer from
createElement(IsoflagProvider, {});
// @ts-expect-error: which flag
createElement(Feature, { value: true });

source satisfies FlagSource;
flags.allFlagsState(context) satisfies Bootstrap;
new Activity() satisfies ActivityRecorder;
new IsoflagWebProvider(source, { activity: new Activity() });
new IsoflagServerProvider(flags);
// @ts-expect-error: a source is made of the evaluator that the page has
createSource({ url: "/flags.json" });

withOverrides(flags, { key: [1, { a: null }] }) satisfies Flags;
// @ts-expect-error: has no JSON form
withOverrides(flags, { key: () => true });
record(flags).flags satisfies Flags;

declare const test: (name: string, body: () => Promise<void> | void) => Promise<void>;
const defined = testWithFlag(
  test,
  "name",
  () => flags,
  "key",
  ({ value }) => {
    exactly<typeof value, JsonValue>(true);
  },
);
exactly<typeof defined, Promise<void>[]>(true);
