import { useId } from "react";
import type { Decision, JsonObject } from "./explanation";
import { FlagDetail, type FlagDetailProps } from "./FlagDetail";
import { flagOf, textOf } from "./flag-document";
import { Prose, ValueChip } from "./Inline";
import { headline } from "./why";

export interface FlagRowProps extends FlagDetailProps {
  readonly isOpen: boolean;
  /** Whether the Lambda has answered for this visitor. */
  readonly answered: boolean;
  readonly onToggleOpen: () => void;
  readonly onSwitch: (on: boolean) => void;
}

/** One flag: its kill switch, the answer of each host, and the reason. */
export function FlagRow(props: FlagRowProps) {
  const { flag, document, browser, lambda, answered, isOpen, onToggleOpen, onSwitch } = props;
  const written = flagOf(document, flag);
  const panel = useId();
  const sameness = !answered ? "pending" : lambda?.text === browser.text ? "same" : "differs";
  return (
    <li className={`flag ${sameness}${isOpen ? " open" : ""}`} data-flag={flag} data-sameness={sameness}>
      <div className="row">
        <FlagHead
          flag={written}
          name={flag}
          panel={panel}
          isOpen={isOpen}
          onToggleOpen={onToggleOpen}
          onSwitch={onSwitch}
        />
        <div className="answers">
          <Answer host="Browser" decision={browser} />
          <Sign sameness={sameness} />
          {answered ? <Answer host="Lambda" decision={lambda} /> : <span className="answer waiting">…</span>}
        </div>
        <p className="because">
          <Prose text={headline(browser.explanation, document)} />
          {sameness === "differs" && lambda && (
            <span className="other">
              Lambda: <Prose text={headline(lambda.explanation, document)} />
            </span>
          )}
        </p>
      </div>
      <div id={panel} hidden={!isOpen}>
        {isOpen && <FlagDetail {...props} />}
      </div>
    </li>
  );
}

export interface FlagHeadProps {
  /** The flag in the document. */
  readonly flag: JsonObject;
  /** Its key. */
  readonly name: string;
  /** The identifier of the element that opens below it. */
  readonly panel: string;
  readonly isOpen: boolean;
  /** Whether the flag cannot be switched now. */
  readonly isBlocked?: boolean;
  readonly onToggleOpen: () => void;
  readonly onSwitch: (on: boolean) => void;
}

/** A flag's kill switch, and its key, which opens it. */
export function FlagHead(props: FlagHeadProps) {
  const { flag, name, panel, isOpen, isBlocked = false, onToggleOpen, onSwitch } = props;
  const isOn = flag.on === true;
  const label = useId();
  return (
    <>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={isOn}
        aria-labelledby={label}
        title={isOn ? "Kill switch: turn it off" : "Turn it on"}
        disabled={isBlocked}
        onClick={() => onSwitch(!isOn)}
      >
        <span className="knob" />
      </button>
      <h3>
        <button type="button" aria-expanded={isOpen} aria-controls={panel} onClick={onToggleOpen}>
          <span id={label} className="key">
            {name}
          </span>
          <span className="about">{textOf(flag.description)}</span>
        </button>
      </h3>
    </>
  );
}

function Answer({ host, decision }: { readonly host: string; readonly decision: Decision | undefined }) {
  const answer = decision?.explanation.answer;
  return (
    <span className="answer">
      <span className="host">{host}</span>
      {answer ? (
        <ValueChip value={answer.value} index={answer.variationIndex} />
      ) : (
        <span className="chip tone-none">no such flag</span>
      )}
    </span>
  );
}

export function Sign({ sameness }: { readonly sameness: "same" | "differs" | "pending" }) {
  const words = { same: "the same", differs: "differs", pending: "waiting for the Lambda" }[sameness];
  return (
    <span className={`sign ${sameness}`} role="img" aria-label={words} title={words}>
      {{ same: "=", differs: "≠", pending: "·" }[sameness]}
    </span>
  );
}

/** The digest's beginning, as people compare it. */
export function shortDigest(digest: string): string {
  return digest.replace("sha256:", "").slice(0, 10);
}
