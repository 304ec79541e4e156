/** Steps through visitors by the number at the end of a key. */
import { applyEdits, modify } from "jsonc-parser";
import type { JsonObject } from "./explanation";
import { objectOf, textOf } from "./flag-document";

/** The path of the key that distinguishes visitors. */
export function keyPath(context: JsonObject): string[] {
  if (context.kind !== "multi") return ["key"];
  const kind = "user" in context ? "user" : Object.keys(context).find(name => name !== "kind");
  return [kind ?? "user", "key"];
}

/** The key of the visitor. */
export function visitorKey(context: JsonObject): string {
  const [first = "key", second] = keyPath(context);
  return textOf(second === undefined ? context[first] : objectOf(context[first])[second]);
}

/** `mia-2041` becomes `mia-2042`; a key without a number gets one. */
export function stepped(key: string, by: number): string {
  const digits = /\d+$/.exec(key)?.[0];
  if (digits === undefined) return by > 0 ? `${key}-1` : key;
  const next = String(Math.max(0, Number(digits) + by)).padStart(digits.length, "0");
  return key.slice(0, -digits.length) + next;
}

/** The context's text with another key, otherwise unchanged. */
export function withKey(text: string, context: JsonObject, key: string): string {
  return applyEdits(text, modify(text, keyPath(context), key, { formattingOptions: {} }));
}
