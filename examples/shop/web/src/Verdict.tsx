/** Whether the two hosts agree: on one visitor, and on all presets. */

import type { Flags } from "isoflag/tools";
import { useEffect, useState } from "react";
import { decisionOf } from "./explanation";
import { Sign, shortDigest } from "./FlagRow";
import { askLambda, type LambdaState, questionOf } from "./lambda";
import type { Preset } from "./Visitor";

export interface VerdictProps {
  readonly digest: string;
  readonly version: number | undefined;
  readonly lambda: LambdaState;
  readonly total: number;
  readonly same: number;
  readonly heldBack: boolean;
}

/** Whether the two hosts agree, and which document each evaluates. */
export function Verdict({ digest, version, lambda, total, same, heldBack }: VerdictProps) {
  const { reply, error } = lambda;
  const isOld = reply !== undefined && reply.digest !== digest;
  const sameness = !reply
    ? error === undefined
      ? "pending"
      : "differs"
    : isOld || same < total
      ? "differs"
      : "same";
  const differing = total - same;
  let title = "Waiting for the Lambda…";
  let text = "";
  if (error !== undefined) {
    title = "The Lambda does not answer";
    text = error;
  } else if (reply && sameness === "same") {
    title = `${same} of ${total} decisions are the same`;
    text = "Value, variation, reason and every step of the evaluation: byte-for-byte identical.";
  } else if (reply && isOld) {
    title =
      differing === 0
        ? "Different documents, no difference yet"
        : `${differing} of ${total} decisions differ`;
    text = `The Lambda still decides with version ${reply.version ?? "?"}, the browser with ${version ?? "?"}. ${
      reply.problem ??
      (heldBack
        ? "New versions are held back from it: let them go on, and they agree again."
        : "It reads the document again within a second.")
    }`;
  } else if (reply) {
    title = `${differing} of ${total} decisions differ`;
    text = "Both have the same document: this is a bug.";
  }
  return (
    <section className={`verdict ${sameness}`} aria-label="Do they agree?" data-verdict={sameness}>
      <HostCard
        name="Browser"
        how="WebAssembly in this page"
        className="browser"
        digest={digest}
        version={version}
      />
      <div className="statement" role="status">
        <Sign sameness={sameness} />
        <p>
          <strong>{title}</strong>
          <span>{text}</span>
        </p>
      </div>
      <HostCard
        name="Lambda"
        how={reply?.host ?? "Python"}
        className={`lambda${isOld ? " old" : ""}`}
        digest={reply?.digest}
        version={reply?.version ?? undefined}
      />
    </section>
  );
}

interface HostCardProps {
  readonly name: string;
  readonly how: string;
  readonly className: string;
  readonly digest: string | undefined;
  readonly version: number | undefined;
}

function HostCard({ name, how, className, digest, version }: HostCardProps) {
  return (
    <div className={`host-card ${className}`}>
      <p className="name">
        {name} <span>{how}</span>
      </p>
      <p className="digest" title={digest}>
        <span>document </span>
        <b>v{version ?? "?"}</b> <code>{digest ? shortDigest(digest) : "…"}</code>
      </p>
    </div>
  );
}

interface Comparison {
  readonly compared: number;
  readonly same: number;
  readonly error?: string;
}

export interface EverybodyProps {
  readonly flags: Flags;
  readonly presets: readonly Preset[];
}

async function compare({ flags, presets }: EverybodyProps): Promise<Comparison> {
  let compared = 0;
  let same = 0;
  for (const { context, bigSegments } of presets) {
    const { decisions } = await askLambda(questionOf(context, bigSegments));
    const options = bigSegments ? { bigSegments: bigSegments as never } : undefined;
    for (const key of flags.keys()) {
      compared++;
      if (decisions.get(key)?.text === decisionOf(flags.explain(key, context, options)).text) same++;
    }
  }
  return { compared, same };
}

/** Compares both hosts for every flag and every preset. */
export function Everybody({ flags, presets }: EverybodyProps) {
  const [comparison, setComparison] = useState<Comparison>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the comparison is outdated once the document changes
  useEffect(() => setComparison(undefined), [flags]);
  const ask = () =>
    compare({ flags, presets }).then(setComparison, error =>
      setComparison({ compared: 0, same: 0, error: String(error) }),
    );
  const isSame = comparison && comparison.compared > 0 && comparison.same === comparison.compared;
  return (
    <div className="everybody" data-compared={comparison?.compared} data-same={comparison?.same}>
      <button type="button" onClick={ask}>
        Compare all presets
      </button>
      <p role="status">
        {comparison && (
          <>
            <Sign sameness={isSame ? "same" : "differs"} />{" "}
            {comparison.error ??
              `${comparison.same} of ${comparison.compared} explanations are the same bytes`}
          </>
        )}
      </p>
    </div>
  );
}

/** The counts of `ParityCheck`. */
export interface ParityCounts {
  readonly agreements: number;
  readonly disagreements: number;
  readonly "other-document": number;
  readonly malformed: number;
}

export interface ParityProps {
  readonly counts: ParityCounts;
}

/** The counts of the function, which a dashboard shows in production. */
export function Parity({ counts }: ParityProps) {
  const { agreements, disagreements, malformed, "other-document": other } = counts;
  return (
    <p
      className="parity"
      data-agreements={agreements}
      data-disagreements={disagreements}
      data-other={other}
      data-malformed={malformed}
    >
      <Sign sameness={disagreements === 0 && malformed === 0 ? "same" : "differs"} />
      <span>
        Requests that report what they see: <b>{agreements}</b> agree, <b>{disagreements}</b> disagree,{" "}
        <b>{other}</b> had another document
      </span>
    </p>
  );
}
