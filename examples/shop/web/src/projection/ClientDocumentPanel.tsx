import type { Flags } from "isoflag/tools";
import { useId, useMemo, useState } from "react";
import type { ContextJson } from "../explanation";
import { Prose } from "../Inline";
import { count } from "../why";
import { type ClientDocument, clientDocument, type ShownDocument } from "./client-document";

export interface ClientDocumentPanelProps {
  readonly flags: Flags;
  readonly context: ContextJson;
}

const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

/** The full document and the one for this visitor's browser, side by side. */
export function ClientDocumentPanel({ flags, context }: ClientDocumentPanelProps) {
  const [isOn, setOn] = useState(false);
  const title = useId();
  return (
    <section className="client-document wide" aria-labelledby={title}>
      <header>
        <h2 id={title}>What the browser needs</h2>
        <p className="note">
          A back end can send each visitor a smaller document with the same answers:{" "}
          <code>form="document"</code>. It contains neither other people’s rules nor decided conditions.
        </p>
        <p className="toggle">
          <button
            type="button"
            role="switch"
            className="switch"
            aria-checked={isOn}
            aria-labelledby={`${title}-switch`}
            onClick={() => setOn(!isOn)}
          >
            <span className="knob" />
          </button>
          <span id={`${title}-switch`}>Show it beside the full document</span>
        </p>
      </header>
      {isOn && <Comparison flags={flags} context={context} />}
    </section>
  );
}

function Comparison({ flags, context }: ClientDocumentPanelProps) {
  const found = useMemo<ClientDocument | string>(() => {
    try {
      return clientDocument(flags, context);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, [flags, context]);
  if (typeof found === "string") {
    return (
      <p className="problem error" role="alert">
        <Prose text={`There is no document for this visitor: ${found}`} />
      </p>
    );
  }
  const { full, client, hidden, decided } = found;
  return (
    <div
      className="comparison"
      data-full={full.bytes}
      data-client={client.bytes}
      data-strings={full.strings.size}
      data-hidden={hidden.length}
    >
      <p>
        <strong>
          {SHARE.format(client.bytes / full.bytes)} of the size, and {count(hidden.length)} of{" "}
          {count(full.strings.size)} strings are hidden.
        </strong>{" "}
        {decided === 1 ? "One flag has" : `${count(decided)} flags have`} one answer left.
      </p>
      <div className="side-by-side">
        <Side name="The full document" document={full} />
        <Side name="For this visitor" document={client} />
      </div>
      {hidden.length > 0 && (
        <details className="fold">
          <summary>The hidden strings</summary>
          <ul className="strings">
            {hidden.slice(0, 200).map(text => (
              <li key={text}>
                <code>{text.length > 80 ? `${text.slice(0, 79)}…` : text}</code>
              </li>
            ))}
            {hidden.length > 200 && <li>and {count(hidden.length - 200)} more</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

function Side({ name, document }: { readonly name: string; readonly document: ShownDocument }) {
  const id = useId();
  return (
    <div className="side-document">
      <label htmlFor={id}>{name}</label>
      <p className="note">
        {count(document.bytes)} bytes, {count(document.flags)} flags, {count(document.strings.size)} strings
      </p>
      <textarea id={id} readOnly spellCheck={false} value={document.text} />
    </div>
  );
}
