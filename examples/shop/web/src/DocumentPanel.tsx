import type { DocumentState } from "./edited";
import { Prose } from "./Inline";
import { JsonEditor } from "./JsonEditor";

export interface DocumentPanelProps {
  readonly state: DocumentState;
  readonly problem: string | undefined;
  readonly shown: { readonly offset: number } | undefined;
  readonly onText: (text: string) => void;
  readonly onRestore: () => void;
}

/** The document that both hosts evaluate: to edit, to hold back from the Lambda, to restore. */
export function DocumentPanel(props: DocumentPanelProps) {
  const { state, problem, shown, onText, onRestore } = props;
  const warnings = state.notes.filter(({ severity }) => severity !== "info");
  return (
    <section className="document" aria-labelledby="document-title" id="document">
      <header>
        <h2 id="document-title">The document</h2>
        <p className="note">
          Every edit is published immediately, kill switches and sliders too. An invalid document is not
          published.
        </p>
        <div className="actions">
          <button type="button" className="quiet" onClick={onRestore}>
            Restore the original
          </button>
        </div>
      </header>
      {(state.error ?? problem) !== undefined && (
        <p className="problem error" role="alert">
          <Prose
            text={
              state.error
                ? `Not published: ${state.error}. Both hosts keep the last good document.`
                : (problem ?? "")
            }
          />
        </p>
      )}
      {state.error === undefined && warnings.length > 0 && (
        <ul className="warnings">
          {warnings.map(({ message, severity }) => (
            <li key={message} className={`problem ${severity}`}>
              <Prose text={message} />
            </li>
          ))}
        </ul>
      )}
      <JsonEditor
        label="The flag document as JSON"
        value={state.text}
        onChange={onText}
        notes={state.notes}
        shown={shown}
      />
    </section>
  );
}
