import type { Flags, Impact } from "isoflag/tools";
import { useId, useMemo, useState } from "react";
import { Prose } from "../Inline";
import { count } from "../why";
import type { Visitor } from "./inputs";

export interface ImpactPanelProps {
  readonly before: Flags;
  readonly after: Flags;
  readonly visitors: readonly Visitor[];
  readonly onCompareFromHere: () => void;
}

/** The answers that the edits change, foreseen from the documents and counted over the contexts. */
export function ImpactPanel({ before, after, visitors, onCompareFromHere }: ImpactPanelProps) {
  const [by, setBy] = useState("");
  const [copied, setCopied] = useState("");
  const id = useId();
  const impact = useMemo<Impact | string>(() => {
    try {
      const contexts = visitors.map(({ context }) => context);
      return before.impact(after, contexts, { by: by.trim() === "" ? [] : [by.trim()] });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, [before, after, visitors, by]);
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => setCopied("Copied."),
      () => setCopied("The browser does not allow to copy; select the text below."),
    );
  const isSame = before.digest === after.digest;
  return (
    <section
      className="impact wide"
      aria-labelledby={`${id}-title`}
      data-flags={typeof impact === "string" ? undefined : impact.flags.length}
    >
      <header>
        <h2 id={`${id}-title`}>The impact of the edits</h2>
        <p className="note">
          {isSame
            ? "The document is the one that you opened. Edit it, and the answers that change are listed here."
            : `Compared with the document that you opened, over ${count(visitors.length)} ${visitors.length === 1 ? "context" : "contexts"}.`}
        </p>
      </header>
      {typeof impact === "string" ? (
        <p className="problem error" role="alert">
          <Prose text={impact} />
        </p>
      ) : (
        !isSame && (
          <>
            <label className="unseen" htmlFor={`${id}-text`}>
              The impact as text
            </label>
            <textarea id={`${id}-text`} readOnly value={impact.toString().trimEnd()} />
          </>
        )
      )}
      {!isSame && (
        <div className="actions">
          {typeof impact !== "string" && (
            <button type="button" className="quiet" onClick={() => copy(impact.toMarkdown())}>
              Copy as Markdown
            </button>
          )}
          <button type="button" className="quiet" onClick={onCompareFromHere}>
            Compare from here
          </button>
          <label htmlFor={`${id}-by`}>Group by</label>
          <input
            id={`${id}-by`}
            placeholder="country"
            size={14}
            value={by}
            onChange={event => setBy(event.target.value)}
          />
          <p role="status">{copied}</p>
        </div>
      )}
    </section>
  );
}
