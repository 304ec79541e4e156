import { Prose } from "../Inline";
import { JsonEditor } from "../JsonEditor";
import { type ContextsState, LARGEST_TEXT, tooLarge } from "./inputs";

export interface ContextsPanelProps {
  readonly state: ContextsState;
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  readonly onText: (text: string) => void;
  readonly onProblem: (problem: string) => void;
}

/** More contexts are counted, and not listed. */
const MOST_LISTED = 24;

/** The visitor's own contexts: a list to choose from, and their text. */
export function ContextsPanel({ state, chosen, onChoose, onText, onProblem }: ContextsPanelProps) {
  const { visitors, error } = state;
  const more = visitors.length - MOST_LISTED;
  return (
    <section className="visitor" aria-labelledby="contexts-title">
      <h2 id="contexts-title">The contexts</h2>
      <fieldset className="presets">
        <legend className="unseen">The context to evaluate for</legend>
        {visitors.slice(0, MOST_LISTED).map(({ name }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a context is its place
          <label key={index}>
            <input type="radio" name="context" checked={index === chosen} onChange={() => onChoose(index)} />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      {more > 0 && <p className="note">{more} more are counted in the impact.</p>}
      <details className="fold" open={error !== undefined || undefined}>
        <summary>Contexts as JSON</summary>
        <p className="note">One context, a list, or one on each line.</p>
        <JsonEditor
          label="Contexts as JSON"
          value={state.text}
          onChange={onText}
          notes={state.notes}
          largest={LARGEST_TEXT}
          onTooLarge={length => onProblem(tooLarge(length))}
        />
      </details>
      {error !== undefined && (
        <p className="problem error" role="alert">
          <Prose text={`These are not contexts: ${error}. The last valid ones are kept.`} />
        </p>
      )}
    </section>
  );
}
