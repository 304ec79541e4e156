/** The page: two hosts with one document, or many instances while it changes. */

import { ParityReporter } from "isoflag/activity";
import { IsoflagProvider } from "isoflag/react";
import { Flags } from "isoflag/tools";
import {
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { ClientDocumentPanel } from "./ClientDocumentPanel";
import { DocumentPanel } from "./DocumentPanel";
import { chosen, edited, opened, placeOf, reweighted, rolledBack, typed, typedContext } from "./edited";
import { decisionOf } from "./explanation";
import { FlagRow } from "./FlagRow";
import { objectOf } from "./flag-document";
import { Instances } from "./instances/Instances";
import { questionOf, useLambda } from "./lambda";
import { Masthead } from "./Masthead";
import { Storefront } from "./Storefront";
import { Everybody, Parity, Verdict } from "./Verdict";
import { type Preset, Visitor } from "./Visitor";

export interface AppProps {
  readonly document: string;
  readonly original: string;
  readonly heldBack: boolean;
  readonly presets: readonly Preset[];
}

async function put(path: string, body: string): Promise<void> {
  const response = await fetch(path, { method: "PUT", body });
  if (!response.ok) throw new Error((await response.json()).error ?? `status ${response.status}`);
}

/** In production a hundredth of the requests is enough. */
const parity = new ParityReporter({ Flags, sampling: 1 });

/** The view of two hosts that evaluate one document. */
function Documents(props: AppProps) {
  const { original, presets } = props;
  const [doc, setDoc] = useState(() => opened(props.document));
  const [visitor, setVisitor] = useState(() => chosen(presets, 0));
  const [openFlag, setOpenFlag] = useState<string | undefined>("checkout-v2");
  const [heldBack, setHeldBack] = useState(props.heldBack);
  const [problem, setProblem] = useState<string>();
  const [shown, setShown] = useState<{ offset: number }>();
  const published = useRef(props.document);
  const held = useDeferredValue(doc.held);

  const failed = useCallback(
    (error: unknown) => setProblem(`Not published: ${error instanceof Error ? error.message : error}`),
    [],
  );
  useEffect(() => {
    const { text } = doc.held;
    if (text === published.current) return;
    // A slider moves faster than documents are published.
    const timer = setTimeout(() => {
      published.current = text;
      put("/document", text).then(() => setProblem(undefined), failed);
    }, 120);
    return () => clearTimeout(timer);
  }, [doc.held, failed]);

  const holdBack = (next: boolean) => {
    setHeldBack(next);
    put("/delivery", JSON.stringify({ heldBack: next })).catch(failed);
  };

  const { flags, json } = held;
  const { context } = visitor;
  const bigSegments = presets[visitor.preset]?.bigSegments;
  const lambda = useLambda(questionOf(context, bigSegments), doc.held.flags.digest, parity);
  const decisions = useMemo(() => {
    const options = bigSegments ? { bigSegments: bigSegments as never } : undefined;
    return Object.keys(objectOf(json.flags)).map(key => decisionOf(flags.explain(key, context, options)));
  }, [flags, json, context, bigSegments]);
  const same = decisions.filter(
    ({ explanation, text }) => lambda.reply?.decisions.get(explanation.flag)?.text === text,
  ).length;

  return (
    <>
      <Masthead view="documents" shop="" title="The browser and the Lambda decide the same.">
        One flag document, one evaluator. It runs here as WebAssembly and in the function as a Python
        extension. Change the visitor or the document, and watch both.
      </Masthead>
      <Verdict
        digest={flags.digest}
        version={flags.version}
        lambda={lambda}
        total={decisions.length}
        same={same}
        heldBack={heldBack}
      />
      <main>
        <aside>
          <div className="beside">
            <Visitor
              presets={presets}
              selected={visitor.preset}
              text={visitor.text}
              context={context}
              notes={visitor.notes}
              onSelect={index => setVisitor(chosen(presets, index))}
              onText={text => setVisitor(now => typedContext(now, text))}
            />
            <IsoflagProvider flags={flags} context={context} onEvaluation={parity.record}>
              <Storefront />
            </IsoflagProvider>
            {lambda.parity && <Parity counts={lambda.parity} />}
          </div>
        </aside>
        <section className="flags" aria-labelledby="flags-title">
          <header>
            <h2 id="flags-title">The flags</h2>
            <Everybody flags={flags} presets={presets} />
            <label className="check">
              <input type="checkbox" checked={heldBack} onChange={event => holdBack(event.target.checked)} />
              <span>Hold edits back from the Lambda</span>
            </label>
            <p className="note">
              Switch one off, open one to see why, or <a href="#document">edit the document</a>. The browser
              uses an edit immediately; the Lambda reads it within a second, unless you hold it back.
            </p>
          </header>
          <ul>
            {decisions.map(browser => {
              const key = browser.explanation.flag;
              return (
                <FlagRow
                  key={key}
                  flag={key}
                  flags={flags}
                  document={json}
                  context={context}
                  browser={browser}
                  lambda={lambda.reply?.decisions.get(key)}
                  answered={lambda.reply !== undefined}
                  isOpen={key === openFlag}
                  onToggleOpen={() => setOpenFlag(now => (now === key ? undefined : key))}
                  onSwitch={on => setDoc(now => edited(now, key, [[["flags", key, "on"], on]]))}
                  onWeights={(path, weights) => setDoc(now => reweighted(now, key, path, weights))}
                  onShowJson={() => setShown({ offset: placeOf(doc.text, ["flags", key]).from })}
                />
              );
            })}
          </ul>
        </section>
        <DocumentPanel
          state={doc}
          note="Every edit is published immediately, kill switches and sliders too. An invalid document is not published."
          problem={
            doc.error ? `Not published: ${doc.error}. Both hosts keep the last good document.` : problem
          }
          shown={shown}
          onText={text => setDoc(now => typed(now, text))}
        >
          <div className="actions">
            <button type="button" className="quiet" onClick={() => setDoc(now => rolledBack(now, original))}>
              Restore the original
            </button>
          </div>
        </DocumentPanel>
        <ClientDocumentPanel flags={flags} context={context} />
      </main>
      <footer>
        <p>
          Harbour Roast is not a real shop. The document is <code>examples/shop/flags.json</code>.
        </p>
      </footer>
    </>
  );
}

function watch(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

const current = (): "documents" | "instances" => (location.hash === "#instances" ? "instances" : "documents");

/** The page: two hosts with one document, or many instances while it changes. */
export function App(props: AppProps) {
  const view = useSyncExternalStore(watch, current);
  return (
    <>
      {/* Hidden instead of removed, so that edits are kept. */}
      <div hidden={view !== "documents"}>
        <Documents {...props} />
      </div>
      {view === "instances" && (
        <>
          <Masthead view={view} shop="" title="A change arrives instance by instance.">
            Twelve warm instances of one function poll every 15 minutes, each at its own moment. Until the
            last of them has noticed a change, a page and its back end may disagree. Choose what protects a
            journey, and watch.
          </Masthead>
          <Instances />
        </>
      )}
    </>
  );
}
