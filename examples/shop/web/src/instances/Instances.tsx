/** The view of many instances of one function while a change propagates. */

import { Feature, IsoflagProvider } from "isoflag/react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { Prose } from "../Inline";
import { count } from "../why";
import { BrokenJourney } from "./BrokenJourney";
import { type Change, FORM, JOURNEY } from "./fleet-api";
import {
  clock,
  contextOf,
  isBroken,
  moment,
  type Options,
  type Protection,
  type RunState,
  type Tally,
  useFleetRun,
} from "./fleet-run";
import { BUYS, CHANGES, PROTECTIONS, STATUS, WHAT } from "./protections";
import { nameOf, SpaceTime, toneOf } from "./SpaceTime";

const PACES: readonly (readonly [string, string, number])[] = [
  ["minute", "1 s = 1 min", 167],
  ["five", "1 s = 5 min", 33],
  ["none", "No waiting", 0],
];

/** Many instances of one function while a change propagates, and journeys between them. */
export function Instances() {
  const [change, setChange] = useState<Change>("on");
  const [protection, setProtection] = useState<Protection>("none");
  const [keepsAll, setKeepsAll] = useState(true);
  const [pace, setPace] = useState("minute");
  const [isPaused, setPaused] = useState(false);
  const [again, setAgain] = useState(0);
  const [opened, setOpened] = useState<number>();
  const [runs, setRuns] = useState<ReadonlyMap<string, Tally>>(new Map());
  const wait = PACES.find(([name]) => name === pace)?.[2] ?? 0;
  const { state, error } = useFleetRun({
    change,
    protection,
    keepsAll,
    again,
    pace: isPaused ? undefined : wait,
  });
  const name = state && `${state.options.change} ${state.options.protection}`;
  useEffect(() => {
    if (name !== undefined && state?.isOver) setRuns(now => new Map(now).set(name, state.tally));
  }, [state, name]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run has other journeys
  useEffect(() => setOpened(undefined), [change, protection, keepsAll, again]);

  const broken = state?.journeys.filter(isBroken) ?? [];
  const shown = broken.find(journey => journey.number === opened) ?? broken[0];
  const { buys, costs } = BUYS[protection];
  return (
    <div
      className="instances"
      data-run={name}
      data-over={state?.isOver ?? false}
      data-chosen={state && positions(state.options)}
      data-begun={state?.tally.begun}
      data-held={state?.tally.held}
      data-broken={state?.tally.broken}
      data-statuses={
        state &&
        Object.entries(state.tally.byStatus)
          .map(each => each.join(":"))
          .join(" ")
      }
      data-compared={state?.compared}
      data-same={state?.same}
    >
      <section className="choices" aria-label="What is tried">
        <Choice legend="What changes" options={CHANGES} chosen={change} onChoose={setChange} />
        <div className="protection">
          <Choice
            legend="What protects a journey"
            options={PROTECTIONS}
            chosen={protection}
            onChoose={setProtection}
          />
          {protection === "pin" && (
            <label className="check">
              <input
                type="checkbox"
                checked={keepsAll}
                onChange={event => setKeepsAll(event.target.checked)}
              />
              <span>A bucket keeps each document</span>
            </label>
          )}
        </div>
        <p className="note">
          <Prose text={WHAT[change]} />
        </p>
        <dl>
          <div>
            <dt>Buys</dt>
            <dd>
              <Prose text={buys} />
            </dd>
          </div>
          <div>
            <dt>Costs</dt>
            <dd>
              <Prose text={costs} />
            </dd>
          </div>
        </dl>
      </section>
      {error !== undefined && (
        <p className="problem error" role="alert">
          {error}
        </p>
      )}
      {state && (
        <>
          <Standing state={state}>
            <fieldset className="player">
              <legend className="unseen">Time</legend>
              <button type="button" className="quiet" onClick={() => setPaused(now => !now)}>
                {isPaused ? "Go on" : "Pause"}
              </button>
              <button type="button" className="quiet" onClick={() => setAgain(now => now + 1)}>
                Again
              </button>
              <label>
                <span className="unseen">Pace</span>
                <select value={pace} onChange={event => setPace(event.target.value)}>
                  {PACES.map(([name, label]) => (
                    <option key={name} value={name}>
                      {label}
                    </option>
                  ))}
                </select>
              </label>
            </fieldset>
          </Standing>
          <main className="happening">
            <SpaceTime state={state} shown={shown?.number} onShow={setOpened} />
            <aside className="beside">
              <NextVisitor state={state} />
              <OpenPage state={state} />
              <Runs runs={runs} state={state} />
            </aside>
            <BrokenJourney state={state} journey={shown} broken={broken} onShow={setOpened} />
          </main>
        </>
      )}
    </div>
  );
}

/** The indices of a run's options. */
function positions({ change, protection }: Options): string {
  const place = CHANGES.findIndex(([name]) => name === change);
  return `${place} ${CHANGES.length + PROTECTIONS.findIndex(([name]) => name === protection)}`;
}

interface StandingProps {
  readonly state: RunState;
  readonly children: ReactNode;
}

/** The state of a run: the time, the number of broken journeys, and the remaining time. */
function Standing({ state, children }: StandingProps) {
  const { nowMs, start, tally } = state;
  const [changedMs = 0] = start.publishedMs;
  const isBad = tally.broken > 0;
  const verdict = isBad ? "differs" : "same";
  const statuses = Object.entries(tally.byStatus)
    .map(([status, broken]) => `${broken} × ${status} ${STATUS[status] ?? ""}`)
    .join(", ");
  const killed = state.options.change === "off" && state.options.protection === "pin";
  return (
    <section className={`verdict standing ${verdict}`} aria-label="How it stands" data-verdict={verdict}>
      <div className="host-card">
        <p className="name">
          {moment(nowMs, changedMs)}{" "}
          <span>{nowMs < changedMs ? "before the change" : "after the change"}</span>
        </p>
        {children}
      </div>
      <div className="statement" role={state.isOver ? "status" : undefined}>
        <p>
          <strong>
            {tally.begun === 0
              ? "No journey has begun"
              : `${count(tally.broken)} of ${count(tally.begun)} journeys broke`}
          </strong>
          <span>
            {isBad
              ? statuses
              : tally.begun === 0
                ? "Each page keeps the old way."
                : "Whatever has ended was taken as it began."}
            {killed && isBad ? ": the kill switch wins over the pin, as it has to." : ""}
          </span>
        </p>
        <dl className="tally">
          <Counted name="opened" value={tally.begun} tone="opened" />
          <Counted name="held back" value={tally.held} tone="held" />
          <Counted name="broken" value={tally.broken} tone="broken" />
        </dl>
      </div>
      <div className="host-card gate">
        <Countdown state={state} />
      </div>
    </section>
  );
}

interface CountedProps {
  readonly name: string;
  readonly value: number;
  readonly tone: string;
}

function Counted({ name, value, tone }: CountedProps) {
  return (
    <div className={value === 0 ? `${tone} none` : tone}>
      <dt>{name}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}

/** The gate's result for the newest document, and its remaining time. */
function Countdown({ state }: { readonly state: RunState }) {
  const { newest, nowMs, start } = state;
  const gates = [JOURNEY, FORM].map(key =>
    newest.consistency(key, contextOf("visitor"), nowMs, start.ttlSeconds, start.pollTimeoutMs),
  );
  const remaining = Math.max(...gates.map(gate => gate.remainingSeconds ?? 0));
  const isSettled = gates.every(gate => gate.settled);
  const hasChanged = nowMs >= (start.publishedMs[0] ?? 0);
  if (!hasChanged) {
    return (
      <>
        <p className="name">All agree</p>
        <p className="digest">the change comes at +0:00</p>
      </>
    );
  }
  if (remaining > 0) {
    return (
      <>
        <p className="name">
          {clock(remaining)} <span>until one time to live has passed</span>
        </p>
        <progress value={start.ttlSeconds - remaining} max={start.ttlSeconds} aria-label="Time to live" />
      </>
    );
  }
  return (
    <>
      <p className="name">{isSettled ? "Settled" : "Each instance has polled"}</p>
      <p className="digest">
        {isSettled ? "two times to live have passed" : "settled once two times to live have passed"}
      </p>
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}

/** A switch of several positions. */
function Choice<T extends string>({ legend, options, chosen, onChoose }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div>
        {options.map(([value, label]) => (
          <label key={value}>
            <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface NextVisitorProps {
  readonly state: RunState;
}

/** The page that a new visitor sees, from the response of `/config`. */
function NextVisitor({ state: { config, options } }: NextVisitorProps) {
  const waits = options.protection === "gate";
  const oldWay = (
    <div className="checkout">
      <p className="line small">Basket › Address › Payment › Review</p>
      <span className="buy">To the basket</span>
    </div>
  );
  return (
    <section className="storefront" aria-labelledby="next-title">
      <h2 id="next-title">The next visitor</h2>
      <IsoflagProvider bootstrap={{ ...config }}>
        <div className="shop">
          <p className="shop-name">Harbour Roast</p>
          <p className="line">
            <span>1 kg Huila, whole beans</span>
            <span>€25.00</span>
          </p>
          <Feature flag="isExpressCheckout" requireConsistent={waits} fallback={oldWay}>
            <div className="checkout">
              <Feature flag="expressForm" value="one page" requireConsistent={waits}>
                <p className="line small">
                  <span>Express checkout</span>
                  <span className="form-name tone-2">one page</span>
                </p>
              </Feature>
              <Feature flag="expressForm" value="two steps" requireConsistent={waits}>
                <p className="line small">
                  <span>Express checkout</span>
                  <span className="form-name tone-1">two steps</span>
                </p>
              </Feature>
              <span className="buy">Order and pay</span>
            </div>
          </Feature>
        </div>
      </IsoflagProvider>
    </section>
  );
}

interface OpenPageProps {
  readonly state: RunState;
}

/** The state of a page that is open all the time and fetches the document once a minute. */
function OpenPage({ state: { openPage, start } }: OpenPageProps) {
  const [changedMs = 0] = start.publishedMs;
  return (
    <section className="storefront open-page" aria-labelledby="open-title">
      <h2 id="open-title">A page that is kept open</h2>
      <ol className="plain">
        {openPage.map(span => (
          <li key={span.fromMs} className="line small" data-version={span.version} data-shows={nameOf(span)}>
            <span>{moment(span.fromMs, changedMs)}</span>
            <span className={`form-name ${toneOf(span)}`}>{nameOf(span)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface RunsProps {
  /** The results of runs, by change and protection. */
  readonly runs: ReadonlyMap<string, Tally>;
  readonly state: RunState;
}

/** The share of broken journeys in each run so far. */
function Runs({ runs, state }: RunsProps) {
  const now = `${state.options.change} ${state.options.protection}`;
  return (
    <section className="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Broken, of those opened</h2>
      <table>
        <thead>
          <tr>
            <td />
            {PROTECTIONS.map(([name, label]) => (
              <th key={name} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {CHANGES.map(([change, label]) => (
            <tr key={change}>
              <th scope="row">{label}</th>
              {PROTECTIONS.map(([protection]) => {
                const name = `${change} ${protection}`;
                const tally = runs.get(name);
                const tone = tally === undefined ? "" : tally.broken > 0 ? "some" : "no";
                return (
                  <td key={name} className={`${tone} ${name === now ? "current" : ""}`} data-run={name}>
                    {tally ? `${tally.broken}/${tally.begun}` : "·"}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="note">
        {count(state.same)} of {count(state.compared)} pages got the same decisions and gate from WebAssembly
        as their instance from Python.
      </p>
    </section>
  );
}
