/** Describes why a flag served its value. Text between backticks is code. */
import type {
  ClauseTrace,
  Explanation,
  FlagTrace,
  Json,
  JsonObject,
  RolloutTrace,
  RuleTrace,
  SegmentTrace,
} from "./explanation";
import { flagOf, listOf, objectOf, variationOf } from "./flag-document";

/** One step of an evaluation. */
export interface Step {
  /** Whether it held; undefined for information. */
  readonly holds?: boolean;
  readonly text: string;
  readonly because: readonly Step[];
  /** Whether this step decided. */
  readonly decides?: boolean;
}

const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });

export const count = (value: number): string => NUMBER.format(value);
export const percent = (weight: number): string => `${PERCENT.format(weight / 1000)} %`;

/** A value as code; a long one is truncated. */
export function code(value: Json | undefined): string {
  const text = JSON.stringify(value ?? null);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}

/** Describes the result of each operator: when it is true, and when it is not. */
const RELATIONS: Readonly<Record<string, readonly [string, string]>> = {
  in: ["which is", "which is not"],
  startsWith: ["which starts with", "which does not start with"],
  endsWith: ["which ends with", "which does not end with"],
  contains: ["which contains", "which does not contain"],
  matches: ["which matches", "which does not match"],
  lessThan: ["which is below", "which is not below"],
  lessThanOrEqual: ["which is at most", "which is more than"],
  greaterThan: ["which is above", "which is not above"],
  greaterThanOrEqual: ["which is at least", "which is less than"],
  before: ["which is before", "which is not before"],
  after: ["which is after", "which is not after"],
  semVerEqual: ["which is version", "which is not version"],
  semVerLessThan: ["which is older than version", "which is not older than version"],
  semVerGreaterThan: ["which is newer than version", "which is not newer than version"],
};

function alternatives(values: readonly Json[]): string {
  const shown = values.length > 8 ? values.slice(0, 7) : values;
  const more = values.length - shown.length;
  const words = shown.map(code);
  if (more > 0) words.push(`${more} others`);
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : (words[0] ?? "anything");
}

function clauseStep(clause: ClauseTrace, written: JsonObject, document: JsonObject): Step {
  const holds = clause.match === true;
  if (clause.segments !== undefined) {
    const because = clause.segments.map(segment => segmentStep(segment, document));
    if (because.length === 1 && !clause.negate) return { ...(because[0] as Step), holds };
    return {
      holds,
      text: clause.negate ? "In none of these segments:" : "In one of these segments:",
      because,
    };
  }
  const subject = `the ${clause.contextKind ?? "visitor"}’s \`${clause.attribute ?? "?"}\``;
  if (!("contextValue" in clause)) {
    return { holds, text: `There is no ${subject.replace(/^the /, "")} to look at.`, because: [] };
  }
  const isTrue = holds !== clause.negate;
  const values =
    isTrue && "matchingValue" in clause ? [clause.matchingValue ?? null] : listOf(written.values);
  const [yes, no] = RELATIONS[clause.op] ?? [
    `for which \`${clause.op}\` holds of`,
    `for which \`${clause.op}\` does not hold of`,
  ];
  const aim = clause.negate ? " The clause is negated." : "";
  const relation = `${isTrue ? yes : no} ${alternatives(values)}`;
  const isPrivate = isPrivateValue(clause.contextValue);
  const same =
    clause.op === "in" && isTrue && JSON.stringify(clause.contextValue) === JSON.stringify(values[0]);
  const given = isPrivate ? "private (not shown)" : code(clause.contextValue);
  const what = same ? "as required" : isPrivateValue(values[0]) ? `and ${yes} the private value` : relation;
  const text = `${capital(subject)} is ${given}, ${what}.${aim}`;
  return { holds, text, because: [] };
}

function segmentStep(segment: SegmentTrace, document: JsonObject): Step {
  const member = segment.member === true;
  const name = `segment \`${segment.segment}\``;
  const how: Readonly<Record<string, string>> = {
    missing: "the document has no such segment",
    repeated: "as worked out above",
    included: "listed in it by key",
    excluded: "excluded from it by key",
    store: "according to the store of big segments",
    notStored: "the store of big segments is not available",
    rule: "one of its rules matches",
    noRule: "none of its rules matches",
  };
  const written = listOf(objectOf(objectOf(document.segments)[segment.segment]).rules);
  return {
    holds: member,
    text: `${member ? "In" : "Not in"} ${name}: ${how[segment.decidedBy ?? ""] ?? "it cannot be read"}.`,
    because: (segment.rules ?? []).flatMap(rule => ruleParts(rule, objectOf(written[rule.index]), document)),
  };
}

function ruleParts(rule: RuleTrace, written: JsonObject, document: JsonObject): Step[] {
  const clauses = listOf(written.clauses);
  const steps = (rule.clauses ?? []).map((clause, index) =>
    clauseStep(clause, objectOf(clauses[index]), document),
  );
  if (rule.rollout !== undefined) {
    const { bucket, threshold } = rule.rollout;
    const inside = bucket < threshold;
    steps.push({
      holds: inside,
      text: `Bucket ${count(bucket)} of 100,000 is ${inside ? "below" : "not below"} ${count(threshold)}, the share this rule takes.`,
      because: [],
    });
  }
  return steps;
}

/** The display name of a rule. */
export function ruleName(rule: { readonly id?: string; readonly index: number }): string {
  return rule.id ? `Rule \`${rule.id}\`` : `Rule ${rule.index + 1}`;
}

/** Describes the share of a rollout that contains the bucket. */
export function bucketSentence(rollout: RolloutTrace, key: string, document: JsonObject): string {
  const chosen = rollout.entries.findIndex(entry => entry.chosen);
  const entry = rollout.entries[chosen];
  if (entry === undefined) return "";
  const from = rollout.entries[chosen - 1]?.threshold ?? 0;
  if (rollout.hash === undefined) {
    return `There is no ${rollout.contextKind ?? "user"}’s \`${rollout.bucketBy ?? "key"}\` to hash, so it takes the first share, ${code(variationOf(document, key, entry.variationIndex))}.`;
  }
  return (
    `Bucket ${count(rollout.bucket)} falls between ${count(from)} and ${count(entry.threshold)}, ` +
    `the ${percent(entry.weight)} that get ${code(variationOf(document, key, entry.variationIndex))}.`
  );
}

/** Describes the text hashed for the bucket. */
export function hashSentence(rollout: RolloutTrace): string {
  if (rollout.hash === undefined) return "A context without a bucket counts as bucket 0.";
  return `The bucket is ${rollout.hash} of the ${rollout.contextKind ?? "user"}’s \`${rollout.bucketBy ?? "key"}\` with the flag’s salt or seed: the same on every host, whatever the weights are.`;
}

/** Every step of one flag's evaluation, in order. */
export function stepsOf(trace: FlagTrace, document: JsonObject): Step[] {
  const flag = flagOf(document, trace.flag);
  const serves = (index: number | null | undefined) => code(variationOf(document, trace.flag, index));
  if (trace.malformed && trace.on === undefined) {
    return [{ holds: false, text: "The flag is malformed; the document’s messages say where.", because: [] }];
  }
  const steps: Step[] = [
    trace.on
      ? { holds: true, text: "The flag is on.", because: [] }
      : { holds: false, text: "The flag is off, so nothing else is evaluated.", because: [], decides: true },
  ];
  for (const needed of trace.prerequisites ?? []) {
    const required = code(variationOf(document, needed.flag, needed.requiredVariation));
    const given = needed.missing
      ? "there is no such flag"
      : needed.trace?.on === false
        ? "it is off"
        : `it serves ${code(variationOf(document, needed.flag, needed.variationIndex))}`;
    const holds = needed.holds === true;
    steps.push({
      holds,
      decides: !holds,
      text: `It needs \`${needed.flag}\` to serve ${required}: ${holds ? "it does" : given}.`,
      because: needed.trace ? stepsOf(needed.trace, document) : [],
    });
  }
  const targets = trace.targets ?? [];
  const hit = targets.find(target => target.match);
  if (hit) {
    steps.push({
      holds: true,
      decides: true,
      text: `This ${hit.contextKind}’s key is on the list of those who get ${serves(hit.variationIndex)}.`,
      because: [],
    });
  } else if (targets.length > 0) {
    const lists = targets.length === 1 ? "the list" : `any of the ${targets.length} lists`;
    steps.push({ holds: false, text: `The key is not on ${lists} of people chosen by hand.`, because: [] });
  }
  const written = listOf(flag.rules);
  for (const rule of trace.rules ?? []) {
    const holds = rule.match === true;
    steps.push({
      holds,
      decides: holds && trace.rollout === undefined,
      text: `${ruleName(rule)} ${rule.malformed ? "is malformed" : holds ? (trace.rollout ? "matches and splits by a rollout" : `matches and serves ${serves(trace.variationIndex)}`) : "does not match"}.`,
      because: ruleParts(rule, objectOf(written[rule.index]), document),
    });
  }
  if (trace.rollout) {
    steps.push({
      holds: true,
      decides: true,
      text: bucketSentence(trace.rollout, trace.flag, document),
      because: [],
    });
  } else if (
    trace.on &&
    !hit &&
    !(trace.rules ?? []).some(rule => rule.match) &&
    steps.every(step => !step.decides)
  ) {
    steps.push({
      holds: true,
      decides: true,
      text: `Everybody else gets ${serves(trace.variationIndex)}.`,
      because: [],
    });
  }
  return steps;
}

/** The whole reason in one sentence. */
export function headline({ flag, answer, trace }: Explanation, document: JsonObject): string {
  const { reason, value, variationIndex } = answer;
  const served = variationIndex === null ? "the caller's default" : code(value);
  const rollout = trace?.rollout ? ` ${bucketSentence(trace.rollout, flag, document)}` : "";
  switch (reason.kind) {
    case "OFF":
      return `Switched off: everybody gets ${served}.`;
    case "TARGET_MATCH": {
      const kind = trace?.targets?.find(target => target.match)?.contextKind ?? "user";
      return `This ${kind}’s key is on the list of those who get ${served}.`;
    }
    case "RULE_MATCH": {
      const name = ruleName({
        index: reason.ruleIndex ?? 0,
        ...(reason.ruleId === undefined ? {} : { id: reason.ruleId }),
      });
      return rollout ? `${name} matches.${rollout}` : `${name} matches and serves ${served}.`;
    }
    case "FALLTHROUGH": {
      const nothing = (trace?.rules ?? []).length > 0 ? "No rule matches." : "";
      return rollout ? `${nothing}${rollout}`.trim() : `${nothing} Everybody else gets ${served}.`.trim();
    }
    case "PREREQUISITE_FAILED":
      return `It needs \`${reason.prerequisiteKey}\`, which does not serve the required variation; so it serves ${served}.`;
    case "ERROR":
      return (
        {
          USER_NOT_SPECIFIED: "The context is invalid, so the caller gets its own default.",
          MALFORMED_FLAG: "The flag is malformed, so the caller gets its own default.",
          FLAG_NOT_FOUND: "The document has no such flag.",
        }[reason.errorKind ?? ""] ?? `Error: \`${reason.errorKind}\`.`
      );
  }
}

/** Whether a value is the placeholder of an attribute that the context marks private. */
function isPrivateValue(value: Json | undefined): boolean {
  return JSON.stringify(value) === '{"private":true}';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
