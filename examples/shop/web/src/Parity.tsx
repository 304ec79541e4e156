/** Whether the function decided as the page did, by the requests that report the page's answers. */

import { Sign } from "./FlagRow";

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
