import { type Flags, ReceiptError, replay } from "isoflag/tools";
import { useMemo } from "react";
import type { Explanation, Json } from "../explanation";
import { shortDigest } from "../FlagRow";
import { Prose, ValueChip } from "../Inline";
import { code } from "../why";
import type { Replayed } from "./fleet-api";
import { contextOf, type Journey, moment, type Protection, type RunState } from "./fleet-run";
import { STATUS } from "./protections";

export interface BrokenJourneyProps {
  readonly state: RunState;
  readonly journey: Journey | undefined;
  readonly broken: readonly Journey[];
  readonly onShow: (number: number) => void;
}

/** The shown members of a receipt. */
interface Receipt extends Omit<Explanation, "contextKey"> {
  readonly digest: string;
}

/** A broken journey's receipt: the page's claim, the instance's result, and the first step that differs. */
export function BrokenJourney({ state, journey, broken, onShow }: BrokenJourneyProps) {
  const place = journey ? broken.indexOf(journey) : -1;
  const step = (by: number) => {
    const next = broken[(place + by + broken.length) % broken.length];
    if (next) onShow(next.number);
  };
  return (
    <section className="receipt" aria-labelledby="receipt-title" data-journey={journey?.number}>
      <header>
        <h2 id="receipt-title">A broken journey’s receipt</h2>
        {journey && (
          <div className="stepper">
            <button type="button" aria-label="Previous broken journey" onClick={() => step(-1)}>
              ‹
            </button>
            <output>
              {place + 1} of {broken.length}
            </output>
            <button type="button" aria-label="Next broken journey" onClick={() => step(1)}>
              ›
            </button>
          </div>
        )}
      </header>
      {journey?.end?.dispute ? (
        <Dispute state={state} journey={journey} />
      ) : (
        <p className="note">{nothing(state)}</p>
      )}
    </section>
  );
}

function nothing({ tally, isOver, options: { change, protection } }: RunState): string {
  if (!isOver) return "No journey has broken so far.";
  const why: Partial<Record<Protection, string>> = {
    gate: "The gate held back visitors who would have started too early.",
    pin: "Each was answered by the document with which it began.",
  };
  return `None of ${tally.begun} journeys broke. ${change === "off" ? "" : (why[protection] ?? "")}`.trim();
}

/** Replays a claim in the page, like the instance. */
function replayed(claim: string, flags: Flags, visitor: string): Replayed {
  try {
    replay(claim, flags, contextOf(visitor));
    return { code: "true" };
  } catch (error) {
    if (!(error instanceof ReceiptError)) throw error;
    const { code, path, claimed, found } = error;
    return { code, path, claimed: (claimed ?? null) as Json, found: (found ?? null) as Json };
  }
}

function textOf(...found: readonly Replayed[]): string {
  return JSON.stringify(found.map(({ code, path, claimed, found }) => [code, path, claimed, found]));
}

function Dispute({ state, journey }: { readonly state: RunState; readonly journey: Journey }) {
  const { end, visitor, flags, number, beganMs, beganAt, endsMs } = journey;
  const found = useMemo(() => {
    if (!end?.dispute) return undefined;
    const { receipt: text, check, theirs } = end.dispute;
    const page = JSON.parse(text) as Receipt;
    return {
      text,
      page,
      check,
      instance: JSON.parse(check.receipt) as Receipt,
      own: replayed(text, flags, visitor),
      asSent: replayed(text, theirs, visitor),
      byTheirDocument: replayed(text.replace(page.digest, theirs.digest), theirs, visitor),
    };
  }, [end, flags, visitor]);
  if (!end || !found) return null;
  const { text, page, instance, own, check } = found;
  const { asSent, byOurDocument } = check;
  const isSame = textOf(found.asSent, found.byTheirDocument) === textOf(asSent, byOurDocument);
  const changedMs = state.start.publishedMs[0] ?? 0;
  return (
    <div
      className="dispute"
      data-code={asSent.code}
      data-differs={byOurDocument.path ?? ""}
      data-hosts={isSame ? "same" : "differ"}
    >
      <p className="tale">
        Journey {number} began at {moment(beganMs, changedMs)} with the answers of instance {beganAt}, and
        ended at {moment(endsMs, changedMs)} at instance {end.at}: <b>{end.status}</b> {STATUS[end.status]}.
      </p>
      <Side who="The page" how="WebAssembly" className="browser" receipt={page} text={text} />
      <Side
        who={`Instance ${end.at}`}
        how="Python"
        className="lambda"
        receipt={instance}
        text={check.receipt}
      />
      <ul className="steps">
        <Line
          holds={own.code === "true"}
          text={`The page’s claim, replayed by the document that it was decided with: ${own.code === "true" ? "byte-for-byte identical" : `\`${own.code}\``}.`}
        />
        <Line
          holds={asSent.code === "true"}
          text={`Replayed by instance ${end.at}: \`${asSent.code}\`, at \`${asSent.path ?? ""}\`.`}
        />
        <Line
          holds={byOurDocument.code === "true"}
          decides
          text={
            byOurDocument.code === "true"
              ? "But for the document they agree."
              : `By that instance’s document they part at \`${byOurDocument.path}\`: the page claims ${code(byOurDocument.claimed)}, the instance finds ${code(byOurDocument.found)}. ${isSame ? "So does the page, with that document." : "The page finds something else."}`
          }
        />
      </ul>
    </div>
  );
}

interface SideProps {
  readonly who: string;
  readonly how: string;
  readonly className: string;
  readonly receipt: Receipt;
  readonly text: string;
}

function Side({ who, how, className, receipt, text }: SideProps) {
  const { answer, flag, digest } = receipt;
  return (
    <div className={`side host-card ${className}`}>
      <p className="name">
        {who} <span>{how}</span>
      </p>
      <p className="served">
        <code>{flag}</code> <ValueChip value={answer.value} index={answer.variationIndex} />
      </p>
      <p className="digest" title={digest}>
        document <code>{shortDigest(digest)}</code>
      </p>
      <details className="fold">
        <summary>Receipt</summary>
        <pre>{text}</pre>
      </details>
    </div>
  );
}

function Line({
  holds,
  text,
  decides,
}: {
  readonly holds: boolean;
  readonly text: string;
  readonly decides?: boolean;
}) {
  return (
    <li className={`${holds ? "yes" : "no"}${decides ? " decides" : ""}`}>
      <span className="mark" />
      <div>
        <p>
          <Prose text={text} />
        </p>
      </div>
    </li>
  );
}
