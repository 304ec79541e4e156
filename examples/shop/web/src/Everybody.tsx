import type { Flags } from "isoflag/tools";
import { useEffect, useState } from "react";
import { decisionOf } from "./explanation";
import { Sign } from "./FlagRow";
import { askLambda, questionOf } from "./lambda";
import type { Preset } from "./Visitor";

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
