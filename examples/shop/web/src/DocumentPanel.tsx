import type { ReactNode } from "react";
import type { DocumentState } from "./edited";
import { Prose } from "./Inline";
import { JsonEditor, type JsonEditorProps } from "./JsonEditor";

export interface DocumentPanelProps extends Pick<JsonEditorProps, "shown" | "largest" | "onTooLarge"> {
  readonly state: DocumentState;
  /** The sentence below the title. */
  readonly note: string;
  /** The problem of the text, or of its publication. */
  readonly problem: string | undefined;
  readonly onText: (text: string) => void;
  /** Buttons. */
  readonly children?: ReactNode;
}

/** More are marked in the text only. */
const MOST_WARNINGS = 8;

/** The flag document: its text to edit, and its problems. */
export function DocumentPanel({ state, note, problem, onText, children, ...editor }: DocumentPanelProps) {
  const warnings = state.error === undefined ? state.notes.slice(0, MOST_WARNINGS) : [];
  return (
    <section className="document" aria-labelledby="document-title" id="document">
      <header>
        <h2 id="document-title">The document</h2>
        <p className="note">{note}</p>
        {children}
      </header>
      {problem !== undefined && (
        <p className="problem error" role="alert">
          <Prose text={problem} />
        </p>
      )}
      {warnings.length > 0 && (
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
        {...editor}
      />
    </section>
  );
}
