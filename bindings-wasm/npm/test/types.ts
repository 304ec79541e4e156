// Type tests, which are checked and never run.

import { createElement } from "react";

import { Activity, type ActivityRecorder } from "../dist/activity.js";
import {
  type ContextLike,
  createSource as createOwnSource,
  Flags,
  type JsonValue,
  ready,
} from "../dist/node.js";
import { IsoflagServerProvider } from "../dist/openfeature-server.js";
import { IsoflagWebProvider } from "../dist/openfeature-web.js";
import { cacheStorage } from "../dist/persist.js";
import {
  type Bootstrap,
  Feature,
  type FlagDetail,
  IsoflagProvider,
  IsoflagTestProvider,
  useFlag,
  useFlagDetail,
  useFlags,
  useIsoflagClient,
} from "../dist/react.js";
import { createSource, type FlagSource } from "../dist/source.js";
import { record, testWithFlag, withOverrides } from "../dist/testing.js";

type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
/** Checks that two types are equal. */
const exactly = <One, Other>(_: Equal<One, Other>): void => undefined;

declare const flags: Flags;
declare function isContext(context: ContextLike): void;
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
  const theme = useFlag<{ color: string }>("key", { color: "grey" });
  exactly<typeof theme, { color: string }>(true);
  const values = useFlags();
  exactly<(typeof values)[string], JsonValue | undefined>(true);
  const client = useIsoflagClient();
  const now = client.variation("key", false);
  exactly<typeof now, boolean>(true);
  client.subscribe("key", ({ value }) => exactly<typeof value, JsonValue | undefined>(true));
  return null;
}

isContext({ kind: "user", key: "ada", plan: "pro", seats: 3, _meta: { privateAttributes: ["plan"] } });
isContext({ kind: "multi", user: { key: "ada", plan: "pro" }, org: { key: "acme" } });
isContext({ key: "ada", email: "ada@shop.example", custom: { plan: "pro" } });
// @ts-expect-error: a key is needed
isContext({ kind: "user" });
// @ts-expect-error: a key is needed
isContext({});
// @ts-expect-error: a key is a string
isContext({ kind: "user", key: 5 });
// @ts-expect-error: a key is needed
isContext({ kind: "user", key: undefined });
// @ts-expect-error: each kind has a key
isContext({ kind: "multi", user: { plan: "pro" } });

createElement(IsoflagTestProvider, { values: { key: true } });
createElement(IsoflagProvider, { flags: source, context, fallback: "waiting", deadlineMs: 500 });
createElement(IsoflagProvider, { flags, context });
createElement(IsoflagProvider, { flags: source, context, activity: new Activity(), bootstrap: {} });
createElement(IsoflagProvider, { bootstrap: flags.allFlagsState(context) });
createElement(IsoflagProvider, { flags: undefined, context, bootstrap: {} });
createElement(Feature, { flag: "key", value: { a: [1] }, defaultValue: { a: [2] }, fallback: "no" });
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

createOwnSource({ url: "https://page.example/flags.json", initial: { flags: {} }, persist: cacheStorage() });
createOwnSource({ url: "/flags.json", timezone: "Europe/Berlin", events: "https://page.example/stream" });
createOwnSource({ url: "/flags.json", events: new EventSource("/stream") });
createOwnSource({ url: "/flags.json", events: new URL("https://page.example/stream") });
// @ts-expect-error: not an `EventSource`
createOwnSource({ url: "/flags.json", events: new EventTarget() });
source.subscribe("key", ({ value }) => exactly<typeof value, JsonValue | undefined>(true), context);

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
