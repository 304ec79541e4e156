import { useMemo } from "react";
import type { Note } from "./document-state";
import type { JsonObject } from "./explanation";
import { JsonEditor } from "./JsonEditor";
import { Prose } from "./Prose";
import { stepped, visitorKey, withKey } from "./visitor-key";

export interface Preset {
  readonly name: string;
  readonly context: JsonObject;
  readonly bigSegments?: JsonObject;
}

export interface VisitorProps {
  readonly presets: readonly Preset[];
  readonly selected: number;
  readonly text: string;
  readonly context: JsonObject;
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
