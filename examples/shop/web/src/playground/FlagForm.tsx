import type { edit } from "isoflag/tools";
import { type FormEvent, useId, useState } from "react";
import type { JsonObject } from "../explanation";
import { flagOf, listOf } from "../flag-document";
import { Prose } from "../Inline";

/** A change of one flag. */
export type Edit = Parameters<typeof edit>[1][number];

export interface FlagFormProps {
  readonly flag: string;
  readonly document: JsonObject;
  /** The key of the visitor, which is offered for the target lists. */
  readonly visitorKey: string;
  /** Whether the document's text has an error, so that it cannot be edited. */
  readonly isBlocked: boolean;
  /** Applies edits; returns why they do not fit the document, if so. */
  readonly onEdit: (edits: readonly Edit[]) => string | undefined;
}

/** The edits of one flag by form: its rollout, its targets, its removal. */
export function FlagForm({ flag, document, visitorKey, isBlocked, onEdit }: FlagFormProps) {
  const variations = listOf(flagOf(document, flag).variations);
  const [problem, setProblem] = useState<string>();
  const [percent, setPercent] = useState("50");
  const [rolledOut, setRolledOut] = useState("0");
  const [key, setKey] = useState<string>();
  const [targeted, setTargeted] = useState("0");
  const send = (edit: Edit) => (event: FormEvent) => {
    event.preventDefault();
    setProblem(onEdit([edit]));
  };
  const options = variations.map((value, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a variation is its place
    <option key={index} value={index}>
      {short(JSON.stringify(value))}
    </option>
  ));
  return (
    <section className="flag-form">
      <h4>Edit</h4>
      <fieldset disabled={isBlocked}>
        <legend className="unseen">Edits of this flag</legend>
        <form
          onSubmit={send({
            op: "rollout",
            key: flag,
            percent: Number(percent),
            variation: Number(rolledOut),
          })}
        >
          <span>Serve</span>
          <select
            aria-label="The variation to roll out"
            value={rolledOut}
            onChange={event => setRolledOut(event.target.value)}
          >
            {options}
          </select>
          <span>to</span>
          <input
            aria-label="Percent of the others"
            inputMode="decimal"
            size={5}
            value={percent}
            onChange={event => setPercent(event.target.value)}
          />
          <span>percent of those that nothing else matches</span>
          <button type="submit" className="quiet">
            Roll out
          </button>
        </form>
        <form
          onSubmit={send({
            op: "target",
            key: flag,
            values: [key ?? visitorKey],
            variation: targeted === "nobody" ? null : Number(targeted),
          })}
        >
          <span>Give the user</span>
          <input
            aria-label="The key to target"
            size={14}
            value={key ?? visitorKey}
            onChange={event => setKey(event.target.value)}
          />
          <select
            aria-label="The variation for the key"
            value={targeted}
            onChange={event => setTargeted(event.target.value)}
          >
            {options}
            <option value="nobody">no list</option>
          </select>
          <button type="submit" className="quiet">
            Target
          </button>
        </form>
        <button type="button" className="quiet" onClick={send({ op: "remove", key: flag })}>
          Remove the flag
        </button>
      </fieldset>
      {isBlocked && <p className="note">Correct the document’s text first.</p>}
      {problem !== undefined && (
        <p className="problem error" role="alert">
          <Prose text={problem} />
        </p>
      )}
    </section>
  );
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

export interface NewFlagFormProps extends Pick<FlagFormProps, "isBlocked" | "onEdit"> {}

/** Adds a flag by its key. */
export function NewFlagForm({ isBlocked, onEdit }: NewFlagFormProps) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string>();
  const id = useId();
  return (
    <form
      className="new-flag"
      onSubmit={event => {
        event.preventDefault();
        const refused = onEdit([{ op: "add", key }]);
        setProblem(refused);
        if (refused === undefined) setKey("");
      }}
    >
      <label htmlFor={id}>New flag</label>
      <input
        id={id}
        value={key}
        disabled={isBlocked}
        required
        spellCheck={false}
        onChange={event => setKey(event.target.value)}
      />
      <button type="submit" className="quiet" disabled={isBlocked}>
        Add
      </button>
      {problem !== undefined && (
        <p className="problem error" role="alert">
          <Prose text={problem} />
        </p>
      )}
    </form>
  );
}
