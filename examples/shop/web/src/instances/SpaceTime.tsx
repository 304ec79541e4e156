import type { CSSProperties } from "react";
import { isBroken, type Journey, moment, type RunState, type Span } from "./fleet-run";

export interface SpaceTimeProps {
  readonly state: RunState;
  /** The journey whose receipt is shown. */
  readonly shown: number | undefined;
  readonly onShow: (number: number) => void;
}

const MINUTE_MS = 60_000;

/** The colour of a document. */
export function toneOf({ isOn, form }: Pick<Span, "isOn" | "form">): string {
  return !isOn ? "tone-0" : form === "one page" ? "tone-2" : "tone-1";
}

export function nameOf({ isOn, form }: Pick<Span, "isOn" | "form">): string {
  return isOn ? form : "off";
}

/** Each instance over time, coloured by its document, and each journey from its start to its end. */
export function SpaceTime({ state, shown, onShow }: SpaceTimeProps) {
  const { start, nowMs, spans, journeys, held } = state;
  const { fromMs, untilMs, publishedMs, ttlSeconds } = start;
  const [changedMs = fromMs] = publishedMs;
  const rows = rowsOf(state);
  const rowOf = new Map(rows.map((instance, row) => [instance, row]));
  const percent = (ms: number) => `${(100 * (ms - fromMs)) / (untilMs - fromMs)}%`;
  const x = (ms: number) => (ms - fromMs) / 1000;
  const y = (instance: number) => (rowOf.get(instance) ?? 0) + 0.5;
  const line = ({ beganMs, beganAt, endsMs, end }: Journey) =>
    end ? `M${x(beganMs)} ${y(beganAt)}L${x(endsMs)} ${y(end.at)}` : "";
  const dot = (ms: number, at: number) => `M${x(ms)} ${y(at)}h0`;
  const broken = journeys.filter(isBroken);
  const documents = new Map(spans.flat().map(span => [span.digest, span]));
  const minutes = [];
  for (let ms = fromMs; ms <= untilMs; ms += 5 * MINUTE_MS) minutes.push(ms);
  const marks = [
    ...publishedMs.map((ms, place) => ({ ms, text: place === 0 ? "published" : "rolled back" })),
    { ms: (publishedMs.at(-1) ?? 0) + ttlSeconds * 1000, text: "one time to live later" },
  ];
  return (
    <section className="spacetime" aria-label="The instances over time">
      <ol className="names">
        {rows.map(instance => {
          const span = spans[instance - 1]?.at(-1);
          return (
            <li key={instance} data-instance={instance} data-holds={span && nameOf(span)}>
              <span>
                <i>instance </i>
                {instance}
              </span>
              {span && <b className={toneOf(span)}>{nameOf(span)}</b>}
            </li>
          );
        })}
      </ol>
      <div className="plot" style={{ "--rows": rows.length } as CSSProperties}>
        {rows.map(instance => (
          <div key={instance} className="lane">
            {spans[instance - 1]?.map((span, place, all) => {
              const endMs = all[place + 1]?.fromMs ?? nowMs;
              return (
                <span
                  key={span.fromMs}
                  data-version={span.version}
                  className={`span ${toneOf(span)}`}
                  title={`instance ${instance}: version ${span.version}, ${nameOf(span)}`}
                  style={{
                    left: percent(span.fromMs),
                    width: `calc(${percent(endMs)} - ${percent(span.fromMs)})`,
                  }}
                />
              );
            })}
          </div>
        ))}
        <svg viewBox={`0 0 ${x(untilMs)} ${rows.length}`} preserveAspectRatio="none" aria-hidden="true">
          <path
            className="kept"
            d={journeys
              .filter(each => !isBroken(each))
              .map(line)
              .join("")}
          />
          <path
            className="under-way"
            d={journeys
              .filter(each => !each.end)
              .map(each => dot(each.beganMs, each.beganAt))
              .join("")}
          />
          <path className="held-back" d={held.map(each => dot(each.ms, each.at)).join("")} />
          <path className="broken" d={broken.map(line).join("")} />
          <path
            className="shown"
            d={broken
              .filter(each => each.number === shown)
              .map(line)
              .join("")}
          />
        </svg>
        {broken.map(({ number, endsMs, end }) => (
          <button
            key={number}
            type="button"
            // Keyboard users step through them in the receipt.
            tabIndex={-1}
            className={number === shown ? "break shown" : "break"}
            aria-label={`Journey ${number}: ${end?.status} at instance ${end?.at}`}
            title={`Journey ${number}: ${end?.status} at instance ${end?.at}`}
            style={{ left: percent(endsMs), top: `${(100 * y(end?.at ?? 0)) / rows.length}%` }}
            onClick={() => onShow(number)}
          />
        ))}
        {marks.map(({ ms, text }) => (
          <span key={text} className="mark-line" style={{ left: percent(ms) }}>
            <span>{text}</span>
          </span>
        ))}
        <span className="now" style={{ left: percent(nowMs) }} />
      </div>
      <p className="axis" aria-hidden="true">
        {minutes.map(ms => (
          <span key={ms} style={{ left: percent(ms) }}>
            {moment(ms, changedMs).replace(":00", "")}
          </span>
        ))}
      </p>
      <p className="legend">
        {[...documents].map(([digest, span]) => (
          <span key={digest} className={`key-held-document ${toneOf(span)}`}>
            version {span.version}: {nameOf(span)}
          </span>
        ))}
        <span className="key-kept">a journey, from one instance to another</span>
        <span className="key-under-way">under way</span>
        <span className="key-broken">a broken one: open it</span>
        <span className="key-held">held back: the old way</span>
      </p>
    </section>
  );
}

/** The instances in the order in which they load the change. */
function rowsOf({ start }: RunState): number[] {
  const [changedMs = 0] = start.publishedMs;
  const ttlMs = start.ttlSeconds * 1000;
  const polls = start.instances.map(({ polledMs }, place) => {
    const phase = (polledMs - changedMs) % ttlMs;
    return [phase < 0 ? phase + ttlMs : phase, place + 1] as const;
  });
  return polls.sort(([one], [other]) => one - other).map(([, instance]) => instance);
}
