import type { RunState, Tally } from "./fleet-run";
import { CHANGES, PROTECTIONS } from "./protections";
import { count } from "./why";

export interface RunsProps {
  /** The results of runs, by change and protection. */
  readonly runs: ReadonlyMap<string, Tally>;
  readonly state: RunState;
}

/** The share of broken journeys in each run so far. */
export function Runs({ runs, state }: RunsProps) {
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
