import { useId, useState } from "react";
import type { ContextJson, Decision } from "../explanation";
import { FlagDetail, type FlagDetailProps } from "../FlagDetail";
import { FlagHead } from "../FlagRow";
import { flagOf } from "../flag-document";
import { Prose, ValueChip } from "../Inline";
import { headline } from "../why";
import type { Edit } from "./FlagForm";
import { FlagForm } from "./FlagForm";
import type { Visitor } from "./inputs";
import { OtherVariations } from "./OtherVariations";

export interface PlaygroundFlagProps
  extends Pick<FlagDetailProps, "flag" | "flags" | "document" | "onWeights" | "onShowJson"> {
  readonly visitor: Visitor;
  readonly visitorKey: string;
  readonly decision: Decision;
  readonly isOpen: boolean;
  readonly isBlocked: boolean;
  readonly onToggleOpen: () => void;
  readonly onEdit: (edits: readonly Edit[]) => string | undefined;
  readonly onTake: (context: ContextJson) => void;
}

/** One flag: its kill switch, its answer, the reason, and below it the ways to other answers. */
export function PlaygroundFlag(props: PlaygroundFlagProps) {
  const { flag, flags, document, visitor, decision, isOpen, isBlocked, onToggleOpen, onEdit } = props;
  const [refused, setRefused] = useState<string>();
  const written = flagOf(document, flag);
  const isOn = written.on === true;
  const { answer } = decision.explanation;
  const panel = useId();
  const change = (edit: Edit) => setRefused(onEdit([edit]));
  return (
    <li className={`flag${isOpen ? " open" : ""}`} data-flag={flag} data-variation={answer.variationIndex}>
      <div className="row">
        <FlagHead
          flag={written}
          name={flag}
          panel={panel}
          isOpen={isOpen}
          isBlocked={isBlocked}
          onToggleOpen={onToggleOpen}
          onSwitch={on => change({ op: on ? "on" : "off", key: flag })}
        />
        <div className="only-answer">
          <ValueChip value={answer.value} index={answer.variationIndex} />
        </div>
        <p className="because">
          <Prose text={headline(decision.explanation, document)} />
        </p>
      </div>
      {refused !== undefined && (
        <div className="problem error" role="alert">
          <p>
            <Prose text={refused} />
          </p>
          {isOn && (
            <button
              type="button"
              className="quiet"
              onClick={() => change({ op: "off", key: flag, force: true })}
            >
              Turn it off nevertheless
            </button>
          )}
        </div>
      )}
      <div id={panel} hidden={!isOpen}>
        {isOpen && (
          <>
            <FlagDetail {...props} context={visitor.context} browser={decision} lambda={undefined} />
            <div className="detail more">
              <OtherVariations
                flag={flag}
                flags={flags}
                document={document}
                visitor={visitor}
                served={answer.variationIndex}
                onTake={props.onTake}
              />
              <FlagForm
                flag={flag}
                document={document}
                visitorKey={props.visitorKey}
                isBlocked={isBlocked}
                onEdit={onEdit}
              />
            </div>
          </>
        )}
      </div>
    </li>
  );
}
