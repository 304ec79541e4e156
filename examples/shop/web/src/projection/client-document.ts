/** The document for one visitor's browser, compared with the full one. */

import { Context, type Flags } from "isoflag/tools";
import type { ContextJson, Json, JsonObject } from "../explanation";
import { objectOf } from "../flag-document";

/** A document as a reader sees it. */
export interface ShownDocument {
  readonly text: string;
  /** The length of its canonical JSON. */
  readonly bytes: number;
  readonly flags: number;
  readonly strings: ReadonlySet<string>;
}

export interface ClientDocument {
  readonly full: ShownDocument;
  readonly client: ShownDocument;
  /** The strings of the full document that the visitor's document lacks. */
  readonly hidden: readonly string[];
  /** The number of flags that have one answer left. */
  readonly decided: number;
}

/** The keys of flags and segments, and all strings in them. */
function stringsOf(document: JsonObject): Set<string> {
  const strings = new Set<string>();
  const waiting: Json[] = [];
  for (const section of [objectOf(document.flags), objectOf(document.segments)]) {
    for (const [key, item] of Object.entries(section)) {
      strings.add(key);
      waiting.push(item);
    }
  }
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === "string") strings.add(value);
    else if (typeof value === "object" && value !== null) waiting.push(...Object.values(value));
  }
  return strings;
}

function shown(flags: Flags): ShownDocument {
  const canonical = flags.toJson();
  const json = objectOf(JSON.parse(canonical));
  return {
    text: JSON.stringify(json, null, 2),
    bytes: new TextEncoder().encode(canonical).length,
    flags: Object.keys(objectOf(json.flags)).length,
    strings: stringsOf(json),
  };
}

/** Every attribute of the visitor, as `config_response` with `form="document"` passes them. */
function knownOf(context: ContextJson): Record<string, Record<string, unknown>> {
  using strict = Context.fromObject(context);
  const { kind, ...members } = strict.toObject() as JsonObject;
  const kinds = kind === "multi" ? members : { [String(kind)]: members };
  return Object.fromEntries(
    Object.entries(kinds).map(([name, individual]) => {
      const { _meta, ...attributes } = objectOf(individual);
      return [name, { anonymous: false, ...attributes }];
    }),
  );
}

/** Returns both documents; throws if the context is invalid. */
export function clientDocument(flags: Flags, context: ContextJson): ClientDocument {
  const projected = flags.project({ known: knownOf(context) });
  const decided = projected.projectionReport()?.decided ?? 0;
  const full = shown(flags);
  const client = shown(projected);
  projected.free();
  return { full, client, hidden: [...full.strings].filter(text => !client.strings.has(text)), decided };
}
