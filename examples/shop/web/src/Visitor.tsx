/** The visitor: a preset, the next key, or any JSON. */

import { applyEdits, modify } from "jsonc-parser";
import { useMemo } from "react";
import type { Note } from "./edited";
import type { ContextJson, JsonObject } from "./explanation";
import { objectOf, textOf } from "./flag-document";
import { Prose } from "./Inline";
import { JsonEditor } from "./JsonEditor";

export interface Preset {
  readonly name: string;
  readonly context: ContextJson;
  readonly bigSegments?: JsonObject;
}

export interface VisitorProps {
  readonly presets: readonly Preset[];
  readonly selected: number;
  readonly text: string;
  readonly context: ContextJson;
  readonly notes: readonly Note[];
  readonly onSelect: (index: number) => void;
  readonly onText: (text: string) => void;
}

/** The context: one of the presets, the next key, or any JSON. */
export function Visitor({ presets, selected, text, context, notes, onSelect, onText }: VisitorProps) {
  const key = visitorKey(context);
  const step = (by: number) => onText(withKey(text, context, stepped(key, by)));
  const isEdited = context !== presets[selected]?.context;
  const problem = useMemo(() => notes[0], [notes]);
  return (
    <section className="visitor" aria-labelledby="visitor-title">
      <h2 id="visitor-title">The visitor</h2>
      <fieldset className="presets">
        <legend className="unseen">Presets</legend>
        {presets.map((preset, index) => (
          <label key={preset.name} className={index === selected ? "base" : undefined}>
            <input
              type="radio"
              name="preset"
              checked={index === selected && !isEdited}
              onChange={() => onSelect(index)}
            />
            <span>{preset.name}</span>
          </label>
        ))}
      </fieldset>
      <div className="stepper">
        <button type="button" aria-label="Previous key" onClick={() => step(-1)}>
          ‹
        </button>
        <output aria-live="polite">{key === "" ? "no key" : key}</output>
        <button type="button" aria-label="Next key" onClick={() => step(1)}>
          ›
        </button>
      </div>
      <p className="note">Step through keys: each has its own bucket in every rollout.</p>
      <details className="fold" open={problem !== undefined || undefined}>
        <summary>Context as JSON</summary>
        <JsonEditor label="Context as JSON" value={text} onChange={onText} notes={notes} />
      </details>
      {problem && (
        <p className={`problem ${problem.severity}`} role="alert">
          <Prose text={problem.message} />
        </p>
      )}
    </section>
  );
}

/** The path of the key that distinguishes visitors. */
function keyPath(context: ContextJson): string[] {
  if (context.kind !== "multi") return ["key"];
  const kind = "user" in context ? "user" : Object.keys(context).find(name => name !== "kind");
  return [kind ?? "user", "key"];
}

/** The key of the visitor. */
function visitorKey(context: ContextJson): string {
  const [first = "key", second] = keyPath(context);
  return textOf(second === undefined ? context[first] : objectOf(context[first])[second]);
}

/** `mia-2041` becomes `mia-2042`; a key without a number gets one. */
function stepped(key: string, by: number): string {
  const digits = /\d+$/.exec(key)?.[0];
  if (digits === undefined) return by > 0 ? `${key}-1` : key;
  const next = String(Math.max(0, Number(digits) + by)).padStart(digits.length, "0");
  return key.slice(0, -digits.length) + next;
}

/** The context's text with another key, otherwise unchanged. */
function withKey(text: string, context: ContextJson, key: string): string {
  return applyEdits(text, modify(text, keyPath(context), key, { formattingOptions: {} }));
}
