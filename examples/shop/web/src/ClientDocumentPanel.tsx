import { Context, type Flags } from "isoflag/tools";
import { useId, useMemo, useState } from "react";
import type { ContextJson, Json, JsonObject } from "./explanation";
import { objectOf } from "./flag-document";
import { Prose } from "./Inline";
import { count } from "./why";

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

/** A document as a reader sees it. */
export interface ShownDocument {
  readonly text: string;
  /** The length of its canonical JSON. */
  readonly bytes: number;
  readonly flags: number;
  readonly strings: ReadonlySet<string>;
}

export interface ClientDocument {
  readonly full: ShownDocument;
  readonly client: ShownDocument;
  /** The strings of the full document that the visitor's document lacks. */
  readonly hidden: readonly string[];
  /** The number of flags that have one answer left. */
  readonly decided: number;
}

/** The keys of flags and segments, and all strings in them. */
function stringsOf(document: JsonObject): Set<string> {
  const strings = new Set<string>();
  const waiting: Json[] = [];
  for (const section of [objectOf(document.flags), objectOf(document.segments)]) {
    for (const [key, item] of Object.entries(section)) {
      strings.add(key);
      waiting.push(item);
    }
  }
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === "string") strings.add(value);
    else if (typeof value === "object" && value !== null) waiting.push(...Object.values(value));
  }
  return strings;
}

function shown(flags: Flags): ShownDocument {
  const canonical = flags.toJson();
  const json = objectOf(JSON.parse(canonical));
  return {
    text: JSON.stringify(json, null, 2),
    bytes: new TextEncoder().encode(canonical).length,
    flags: Object.keys(objectOf(json.flags)).length,
    strings: stringsOf(json),
  };
}

/** Every attribute of the visitor, as `config_response` with `form="document"` passes them. */
function knownOf(context: ContextJson): Record<string, Record<string, unknown>> {
  using strict = Context.fromObject(context);
  const { kind, ...members } = strict.toObject() as JsonObject;
  const kinds = kind === "multi" ? members : { [String(kind)]: members };
  return Object.fromEntries(
    Object.entries(kinds).map(([name, individual]) => {
      const { _meta, ...attributes } = objectOf(individual);
      return [name, { anonymous: false, ...attributes }];
    }),
  );
}

/** Returns both documents; throws if the context is invalid. */
export function clientDocument(flags: Flags, context: ContextJson): ClientDocument {
  const projected = flags.project({ known: knownOf(context) });
  const decided = projected.projectionReport()?.decided ?? 0;
  const full = shown(flags);
  const client = shown(projected);
  projected.free();
  return { full, client, hidden: [...full.strings].filter(text => !client.strings.has(text)), decided };
}
