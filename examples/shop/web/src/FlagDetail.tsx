import type { Flags } from "isoflag/tools";
import { useId } from "react";
import type { ContextJson, Decision, JsonObject } from "./explanation";
import { flagOf, rolloutsOf, sharesOf, variationOf, withFirstWeight } from "./flag-document";
import { Prose } from "./Inline";
import { BucketBar, Population } from "./Rollout";
import { code, count, hashSentence, percent, type Step, stepsOf } from "./why";

export interface FlagDetailProps {
  readonly flag: string;
  readonly flags: Flags;
  readonly document: JsonObject;
  readonly context: ContextJson;
  readonly browser: Decision;
  readonly lambda: Decision | undefined;
  readonly onWeights: (path: readonly (string | number)[], weights: readonly number[]) => void;
  readonly onShowJson: () => void;
}

/** Explains the flag's answer: each step, the bucket against the weights, and a population. */
export function FlagDetail(props: FlagDetailProps) {
  const { flag, flags, document, context, browser, lambda, onWeights, onShowJson } = props;
  const { trace, answer } = browser.explanation;
  const steps = trace ? stepsOf(trace, document) : [];
  const rollouts = rolloutsOf(flagOf(document, flag));
  const applied =
    answer.reason.kind === "RULE_MATCH"
      ? rollouts.find(({ path }) => path[0] === "rules" && path[1] === answer.reason.ruleIndex)
      : rollouts.find(({ path }) => path[0] === "fallthrough");
  const rollout = applied ?? rollouts[0];
  const slider = useId();
  const differs = lambda !== undefined && lambda.text !== browser.text;
  const firstWeight = rollout?.entries[0]?.weight ?? 0;
  return (
    <div className="detail">
      <section>
        <h4>Why</h4>
        <Steps steps={steps} isTop />
      </section>
      {rollout && (
        <section className="rollout">
          <h4>
            <Prose
              text={
                rollout.rule ? `The rollout of rule \`${rollout.rule}\`` : "The rollout of the fallthrough"
              }
            />
          </h4>
          <BucketBar
            flag={flag}
            document={document}
            entries={trace?.rollout?.entries ?? sharesOf(rollout.entries)}
            bucket={trace?.rollout?.bucket}
          />
          <p className="note">
            <Prose
              text={
                trace?.rollout
                  ? hashSentence(trace.rollout)
                  : trace?.on === false
                    ? "The flag is off: no bucket is computed, whatever the weights are."
                    : "This visitor has no bucket here: an earlier step decides. The next key may have one."
              }
            />
          </p>
          <Population flags={flags} flag={flag} document={document} context={context} rollout={rollout} />
          {rollout.entries.length > 1 && (
            <div className="slider">
              <label htmlFor={slider}>
                <Prose
                  text={`Share of ${code(variationOf(document, flag, rollout.entries[0]?.variation))}`}
                />
              </label>
              <input
                id={slider}
                type="range"
                min={0}
                max={100_000}
                step={1000}
                value={firstWeight}
                aria-valuetext={percent(firstWeight)}
                onChange={event =>
                  onWeights(rollout.path, withFirstWeight(rollout.entries, Number(event.target.value)))
                }
              />
              <output htmlFor={slider}>{percent(firstWeight)}</output>
            </div>
          )}
        </section>
      )}
      <section className="proof">
        {differs ? (
          <>
            <h4>The two explanations</h4>
            <p className="who browser">Browser</p>
            <pre>{browser.text}</pre>
            <p className="who lambda">Lambda</p>
            <pre>{lambda.text}</pre>
          </>
        ) : (
          <details>
            <summary>
              {lambda
                ? `The same ${count(new TextEncoder().encode(browser.text).length)} bytes of explanation from both`
                : "The explanation as JSON"}
            </summary>
            <pre>{JSON.stringify(JSON.parse(browser.text), null, 2)}</pre>
          </details>
        )}
        <button type="button" className="quiet" onClick={onShowJson}>
          Edit this flag’s JSON
        </button>
      </section>
    </div>
  );
}

function Steps({ steps, isTop = false }: { readonly steps: readonly Step[]; readonly isTop?: boolean }) {
  if (steps.length === 0) return <p className="note">Nothing was evaluated.</p>;
  return (
    <ol className="steps">
      {steps.map((step, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          key={index}
          className={`${step.holds === false ? "no" : "yes"}${step.decides ? " decides" : ""}`}
        >
          <span className="mark" role="img" aria-label={step.holds === false ? "no" : "yes"} />
          <div>
            <p>
              <Prose text={step.text} />
              {isTop && step.decides && <em className="tag">decides</em>}
            </p>
            {step.because.length > 0 && <Steps steps={step.because} />}
          </div>
        </li>
      ))}
    </ol>
  );
}
