/** The page for a visitor's own document: why each flag decides, what leads elsewhere, what an edit changes. */

import { edit } from "isoflag/tools";
import {
  type ChangeEvent,
  type DragEvent,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { ClientDocumentPanel } from "../ClientDocumentPanel";
import { DocumentPanel } from "../DocumentPanel";
import { opened, placeOf, reweighted, typed } from "../edited";
import { decisionOf } from "../explanation";
import { shortDigest } from "../FlagRow";
import { objectOf, textOf } from "../flag-document";
import { Prose } from "../Inline";
import { Masthead } from "../Masthead";
import { count } from "../why";
import { ContextsPanel } from "./ContextsPanel";
import type { Edit } from "./FlagForm";
import { NewFlagForm } from "./FlagForm";
import { ImpactPanel } from "./ImpactPanel";
import {
  type Inputs,
  isDocument,
  type Kept,
  keep,
  keptPlace,
  LARGEST_TEXT,
  openedContexts,
  parsed,
  recalled,
  tooLarge,
  typedContexts,
  withVisitor,
} from "./inputs";
import { PlaygroundFlag } from "./PlaygroundFlag";

export interface PlaygroundProps {
  /** The inputs of the address, or the example. */
  readonly inputs: Inputs;
  readonly example: Inputs;
  /** Why the inputs of the address were not loaded. */
  readonly problem: string | undefined;
  /** The address of the shop, if it is served too. */
  readonly shop: string | undefined;
}

/** More flags are found by their keys. */
const MOST_FLAGS = 60;

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reads a file as text; throws if it is too large or not UTF-8. */
async function textOfFile(file: File): Promise<string> {
  if (file.size > LARGEST_TEXT) throw new Error(tooLarge(file.size));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`\`${file.name}\` is not a text in UTF-8. Nothing was changed.`);
  }
}

/** The page. */
export function Playground(props: PlaygroundProps) {
  const [doc, setDoc] = useState(() => opened(props.inputs.document));
  const [before, setBefore] = useState(() => opened(props.inputs.before ?? props.inputs.document).held);
  const [contexts, setContexts] = useState(() => openedContexts(props.inputs.contexts));
  const [chosen, setChosen] = useState(0);
  const [openFlag, setOpenFlag] = useState<string>();
  const [search, setSearch] = useState("");
  const [problem, setProblem] = useState(props.problem);
  const [kept, setKept] = useState(() => (props.problem === undefined ? keptPlace() : undefined));
  const [copied, setCopied] = useState("");
  const [shown, setShown] = useState<{ offset: number }>();
  const held = useDeferredValue(doc.held);
  const { flags, json } = held;
  const visitor = contexts.visitors[chosen] ?? contexts.visitors[0];
  if (visitor === undefined) throw new Error("there is no context");

  // Only complete inputs are kept: while a text has an error, the last valid one.
  const validContexts = useRef(contexts.text);
  if (contexts.error === undefined) validContexts.current = contexts.text;
  const contextsText = validContexts.current;
  const saved = useRef(props.inputs);
  useEffect(() => {
    const document = doc.held.text;
    const isSaved =
      saved.current.document === document &&
      saved.current.contexts === contextsText &&
      (saved.current.before ?? saved.current.document) === before.text;
    if (isSaved) return;
    const timer = setTimeout(() => {
      const inputs: Inputs = {
        document,
        contexts: contextsText,
        ...(before.text === document ? {} : { before: before.text }),
      };
      keep(inputs).then(
        next => {
          saved.current = inputs;
          setKept(next);
        },
        error => setProblem(`Not kept in the address: ${message(error)}`),
      );
    }, 250);
    return () => clearTimeout(timer);
  }, [doc.held, contextsText, before]);

  const replace = useCallback((inputs: Inputs) => {
    // All parts are read before any is taken.
    const document = opened(inputs.document);
    const earlier = inputs.before === undefined ? document.held : opened(inputs.before).held;
    const next = openedContexts(inputs.contexts);
    setDoc(document);
    setBefore(earlier);
    setContexts(next);
    setChosen(0);
    setOpenFlag(undefined);
    setProblem(undefined);
  }, []);

  useEffect(() => {
    const follow = () =>
      recalled()
        .then(inputs => {
          if (inputs === undefined) return;
          replace(inputs);
          saved.current = inputs;
          setKept(keptPlace());
        })
        .catch(error => setProblem(`The link was not loaded: ${message(error)}. Nothing was changed.`));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [replace]);

  /** Takes files: documents and contexts, whichever they are. */
  const take = async (files: Iterable<File>) => {
    try {
      const next: { document?: string; contexts?: string } = {};
      for (const file of files) {
        const text = await textOfFile(file);
        try {
          next[isDocument(parsed(text)) ? "document" : "contexts"] = text;
        } catch (error) {
          throw new Error(`\`${file.name}\` is not JSON: ${message(error)}. Nothing was changed.`);
        }
      }
      const inputs = { document: next.document ?? doc.held.text, contexts: next.contexts ?? contextsText };
      try {
        replace(inputs);
      } catch (error) {
        throw new Error(`${message(error)}. Nothing was changed.`);
      }
    } catch (error) {
      setProblem(message(error));
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const { files } = event.dataTransfer;
    if (files.length > 0) void take(files);
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    void take(event.target.files ?? []);
    event.target.value = "";
  };

  const change = (edits: readonly Edit[]): string | undefined => {
    try {
      const next = opened(edit(doc.held.text, edits));
      setDoc(next);
      return undefined;
    } catch (error) {
      return message(error);
    }
  };
  const copyLink = () =>
    navigator.clipboard.writeText(location.href).then(
      () => setCopied("Copied."),
      () => setCopied("The browser does not allow to copy; copy the address."),
    );

  const keys = useMemo(() => Object.keys(objectOf(json.flags)), [json]);
  const found = keys.filter(key => key.toLowerCase().includes(search.toLowerCase()));
  const listed = found.slice(0, MOST_FLAGS);
  const options = visitor.bigSegments ? { bigSegments: visitor.bigSegments as never } : undefined;
  const isBlocked = doc.error !== undefined;
  const visitorKey = textOf(objectOf(visitor.context.user).key ?? visitor.context.key);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped anywhere; a button opens them too
    <div onDragOver={event => event.preventDefault()} onDrop={drop}>
      <Masthead view="playground" shop={props.shop} title="Your document, in this page only.">
        Paste or drop a flag document and contexts. See why each flag decides, what leads to another value,
        and whose answers an edit changes. Nothing is sent: the page has no server.
      </Masthead>
      <section className="inputs" aria-label="Inputs">
        <p className="summary">
          <strong>
            {count(keys.length)} {keys.length === 1 ? "flag" : "flags"}, {count(contexts.visitors.length)}{" "}
            {contexts.visitors.length === 1 ? "context" : "contexts"}
          </strong>
          <span title={flags.digest}>
            document <code>{shortDigest(flags.digest)}</code>
          </span>
          <span data-kept={kept?.place}>{keptSentence(kept)}</span>
        </p>
        <div className="actions">
          <label className="quiet file">
            Open files…
            <input type="file" accept=".json,.jsonl,application/json" multiple onChange={choose} />
          </label>
          <button type="button" className="quiet" onClick={() => replace(props.example)}>
            Show the example
          </button>
          <button type="button" className="quiet" onClick={copyLink} disabled={kept?.place !== "address"}>
            Copy the link
          </button>
          <span role="status">{copied}</span>
        </div>
        {problem !== undefined && (
          <div className="problem error page-problem" role="alert">
            <p>
              <Prose text={problem} />
            </p>
            <button type="button" className="quiet" onClick={() => setProblem(undefined)}>
              Dismiss
            </button>
          </div>
        )}
      </section>
      <main>
        <aside>
          <div className="beside">
            <ContextsPanel
              state={contexts}
              chosen={chosen}
              onChoose={setChosen}
              onText={text => setContexts(now => typedContexts(now, text))}
              onProblem={setProblem}
            />
          </div>
        </aside>
        <section className="flags" aria-labelledby="flags-title">
          <header>
            <h2 id="flags-title">The flags</h2>
            <NewFlagForm isBlocked={isBlocked} onEdit={change} />
            {keys.length > 8 && (
              <label className="search">
                Find <input type="search" value={search} onChange={event => setSearch(event.target.value)} />
              </label>
            )}
          </header>
          {listed.length > 0 ? (
            <ul>
              {listed.map(key => (
                <PlaygroundFlag
                  key={key}
                  flag={key}
                  flags={flags}
                  document={json}
                  visitor={visitor}
                  visitorKey={visitorKey}
                  decision={decisionOf(flags.explain(key, visitor.context, options))}
                  isOpen={key === openFlag}
                  isBlocked={isBlocked}
                  onToggleOpen={() => setOpenFlag(now => (now === key ? undefined : key))}
                  onEdit={change}
                  onWeights={(path, weights) => setDoc(now => reweighted(now, key, path, weights))}
                  onShowJson={() => setShown({ offset: placeOf(doc.text, ["flags", key]).from })}
                  onTake={context => {
                    setContexts(now =>
                      withVisitor(now, { ...visitor, name: `${visitor.name}, changed`, context }),
                    );
                    setChosen(contexts.visitors.length);
                  }}
                />
              ))}
            </ul>
          ) : (
            <p className="note">
              {keys.length === 0 ? "The document has no flags." : "No key contains this."}
            </p>
          )}
          {found.length > listed.length && (
            <p className="note">{count(found.length - listed.length)} more: search for a part of the key.</p>
          )}
        </section>
        <DocumentPanel
          state={doc}
          note="Paste yours here, or drop its file anywhere on the page."
          problem={doc.error && `This is not a document: ${doc.error}. The last valid one is evaluated.`}
          shown={shown}
          onText={text => setDoc(now => typed(now, text))}
          largest={LARGEST_TEXT}
          onTooLarge={length => setProblem(tooLarge(length))}
        />
        <ImpactPanel
          before={before.flags}
          after={flags}
          visitors={contexts.visitors}
          onCompareFromHere={() => setBefore(doc.held)}
        />
        <ClientDocumentPanel flags={flags} context={visitor.context} />
      </main>
      <footer>
        <p>
          The address of this page holds the document and the contexts behind its <code>#</code>, the part
          that browsers do not send.
        </p>
      </footer>
    </div>
  );
}

function keptSentence(kept: Kept | undefined): string {
  if (kept === undefined) return "the example, unchanged";
  const size = `${(kept.bytes / 1024).toFixed(1)} KB`;
  return {
    address: `kept in the address of this page, ${size}`,
    tab: `${size} is too large for an address: kept in this tab only`,
    nowhere: `${size} is too large to keep: a reload loses it`,
  }[kept.place];
}
