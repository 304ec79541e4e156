import type { RunState } from "./fleet-run";
import { moment } from "./moment";
import { nameOf, toneOf } from "./SpaceTime";

export interface OpenPageProps {
  readonly state: RunState;
}

/** The state of a page that is open all the time and fetches the document once a minute. */
export function OpenPage({ state: { openPage, start } }: OpenPageProps) {
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
