import { type AttributeChange, type Flags, type Suggestion, suggest } from "isoflag/tools";
import { useId, useMemo, useState } from "react";
import { type ContextJson, type Decision, decisionOf, type Json, type JsonObject } from "../explanation";
import { FlagDetail, type FlagDetailProps } from "../FlagDetail";
import { FlagHead } from "../FlagRow";
import { flagOf, listOf } from "../flag-document";
import { Prose, ValueChip } from "../Inline";
import { code, headline } from "../why";
import { type Edit, FlagForm } from "./FlagForm";
import type { Visitor } from "./inputs";

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

export interface OtherVariationsProps {
  readonly flag: string;
  readonly flags: Flags;
  readonly document: JsonObject;
  readonly visitor: Visitor;
  readonly served: number | null;
  readonly onTake: (context: ContextJson) => void;
}

/** More variations are not searched for. */
const MOST_VARIATIONS = 12;

/** For each other variation, the smallest change of the visitor that leads to it. */
export function OtherVariations(props: OtherVariationsProps) {
  const { flag, flags, document, visitor, served, onTake } = props;
  const variations = listOf(flagOf(document, flag).variations).slice(0, MOST_VARIATIONS);
  const others = variations.map((value, index) => ({ value, index })).filter(({ index }) => index !== served);
  if (others.length === 0) return null;
  return (
    <section className="others">
      <h4>What leads to another value</h4>
      <ul>
        {others.map(({ value, index }) => (
          <Way
            key={index}
            flag={flag}
            flags={flags}
            document={document}
            visitor={visitor}
            value={value}
            index={index}
            onTake={onTake}
          />
        ))}
      </ul>
    </section>
  );
}

/** A suggestion, with the reason that its context gets; it is undefined if it does not get the variation. */
interface Checked {
  readonly suggestion: Suggestion | undefined;
  readonly why: string;
}

function search(flags: Flags, flag: string, visitor: Visitor, index: number, document: JsonObject): Checked {
  const options = visitor.bigSegments ? { bigSegments: visitor.bigSegments as never } : undefined;
  try {
    const suggestion = suggest(flags, flag, visitor.context, index, options);
    if (suggestion.status !== "found") return { suggestion, why: "" };
    const { explanation } = decisionOf(flags.explain(flag, suggestion.context, options));
    if (explanation.answer.variationIndex !== index) return { suggestion: undefined, why: "" };
    return { suggestion, why: headline(explanation, document) };
  } catch (error) {
    return { suggestion: undefined, why: error instanceof Error ? error.message : String(error) };
  }
}

interface WayProps extends Omit<OtherVariationsProps, "served"> {
  readonly value: Json;
  readonly index: number;
}

function Way({ flag, flags, document, visitor, value, index, onTake }: WayProps) {
  const { suggestion, why } = useMemo(
    () => search(flags, flag, visitor, index, document),
    [flags, flag, visitor, index, document],
  );
  return (
    <li data-variation={index} data-status={suggestion?.status ?? "failed"}>
      <ValueChip value={value} index={index} />
      {suggestion?.status === "found" ? (
        <div>
          <ul className="changes">
            {suggestion.changes.map(change => (
              <li key={`${change.kind} ${change.attribute}`}>
                <Prose text={sentence(change)} />
              </li>
            ))}
          </ul>
          <p className="note">
            <Prose text={why} />
          </p>
          <button type="button" className="quiet" onClick={() => onTake(suggestion.context as ContextJson)}>
            Add this visitor
          </button>
        </div>
      ) : (
        <p>
          <Prose
            text={
              suggestion?.status === "unreachable"
                ? "The document serves it to no context."
                : suggestion
                  ? "The search found no context that gets it; there may be one."
                  : why
            }
          />
        </p>
      )}
    </li>
  );
}

/** Text of a document may contain backticks. */
function sentence({ kind, attribute, before, after }: AttributeChange): string {
  const name = `\`${kind}.${attribute}\``.replaceAll(/(?<=.)`(?=.)/g, "’");
  if (attribute === "key" && before === undefined) return `Add a \`${kind}\` with the key ${shown(after)}.`;
  if (attribute === "key" && after === undefined) return `Remove the \`${kind}\`.`;
  if (after === undefined) return `Remove ${name}, which is ${shown(before)}.`;
  if (before === undefined) return `Set ${name} to ${shown(after)}.`;
  return `Change ${name} from ${shown(before)} to ${shown(after)}.`;
}

const shown = (value: unknown): string =>
  `\`${code(value as Json)
    .slice(1, -1)
    .replaceAll("`", "’")}\``;
