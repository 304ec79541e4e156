/** The edited document and context, the last valid ones, and the positions of their errors. */

import { Context, type Diagnostic, DocumentError, Flags } from "isoflag/tools";
import {
  applyEdits,
  findNodeAtLocation,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { ContextJson, Json, JsonObject } from "./explanation";
import { objectOf } from "./flag-document";
import type { Preset } from "./Visitor";

/** A message about a text, and its position. */
export interface Note extends Place {
  readonly severity: Diagnostic["severity"];
  readonly message: string;
}

/** A document that loads. */
export interface Held {
  readonly text: string;
  readonly flags: Flags;
  readonly json: JsonObject;
}

/** The text in the editor, and the document loaded from it. */
export interface DocumentState {
  readonly text: string;
  /** The last text that loads: `held.text` differs from `text` while that has an error. */
  readonly held: Held;
  readonly notes: readonly Note[];
  /** Why the text does not load. */
  readonly error: string | undefined;
}

function load(text: string): Held {
  const flags = Flags.fromJson(text);
  return { text, flags, json: objectOf(JSON.parse(text)) };
}

function documentNotes({ text, flags }: Held): Note[] {
  const tree = parseTree(text);
  return flags.diagnostics
    .filter(({ severity }) => severity !== "info")
    .map(({ severity, path, message }) => ({
      severity,
      message: `\`${path}\`: ${message}`,
      ...placeOf(text, parsePath(path), tree),
    }));
}

/** Takes a document that must load. */
export function opened(text: string): DocumentState {
  const held = load(text);
  return { text, held, notes: documentNotes(held), error: undefined };
}

/** Returns the state after typing. */
export function typed(state: DocumentState, text: string): DocumentState {
  if (text === state.text) return state;
  try {
    return opened(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const place =
      error instanceof DocumentError && error.line !== undefined
        ? placeAt(text, error.line, error.column ?? 1)
        : placeOf(text, error instanceof DocumentError ? parsePath(error.path) : []);
    return { text, held: state.held, notes: [{ severity: "error", message, ...place }], error: message };
  }
}

/** Sets members of the last valid document, and raises the versions, so that hosts detect the newer one. */
export function edited(
  state: DocumentState,
  key: string,
  edits: readonly (readonly [JSONPath, unknown])[],
): DocumentState {
  const { json, text } = state.held;
  const flag = objectOf(objectOf(json.flags)[key]);
  const versions: (readonly [JSONPath, unknown])[] = [
    [["flags", key, "version"], Number(flag.version ?? 0) + 1],
    ...nextVersion(json),
  ];
  const next = [...edits, ...versions].reduce(
    (now, [path, value]) =>
      applyEdits(now, modify(now, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } })),
    text,
  );
  return typed(state, next);
}

/** Sets the weights of the rollout at a path in a flag. */
export function reweighted(
  state: DocumentState,
  key: string,
  path: readonly (string | number)[],
  weights: readonly number[],
): DocumentState {
  const at = (index: number) => ["flags", key, ...path, "variations", index, "weight"];
  return edited(
    state,
    key,
    weights.map((weight, index) => [at(index), weight]),
  );
}

/** Returns to an earlier document, as a later version than the current one. */
export function rolledBack(state: DocumentState, original: string): DocumentState {
  const next = nextVersion(state.held.json).reduce(
    (now, [path, value]) => applyEdits(now, modify(now, path, value, { formattingOptions: {} })),
    original,
  );
  return opened(next);
}

function nextVersion(json: JsonObject): (readonly [JSONPath, unknown])[] {
  return [[["meta", "version"], Number(objectOf(json.meta).version ?? 0) + 1]];
}

export interface ContextState {
  readonly preset: number;
  readonly text: string;
  readonly context: ContextJson;
  readonly notes: readonly Note[];
}

/** The errors of the strict parser; an evaluation accepts the context nevertheless. */
function contextNotes(text: string, context: ContextJson): Note[] {
  try {
    Context.fromObject(context).free();
    return [];
  } catch (error) {
    const path = typeof error === "object" && error !== null && "path" in error ? String(error.path) : "";
    const message = `${error instanceof Error ? error.message : String(error)}. Every flag answers with the default.`;
    return [{ severity: "warning", message, ...placeOf(text, parsePath(path)) }];
  }
}

export function chosen(presets: readonly Preset[], preset: number): ContextState {
  const context = presets[preset]?.context ?? ({} as ContextJson);
  const text = JSON.stringify(context, null, 2);
  return { preset, text, context, notes: contextNotes(text, context) };
}

export function typedContext(state: ContextState, text: string): ContextState {
  if (text === state.text) return state;
  const errors: ParseError[] = [];
  const value = parse(text, errors, { disallowComments: true }) as Json | undefined;
  const [first] = errors;
  if (first) {
    const place = { from: first.offset, to: first.offset + Math.max(1, first.length) };
    return {
      ...state,
      text,
      notes: [
        {
          severity: "error",
          message: `Not JSON: ${words(printParseErrorCode(first.error))}. The last good context is kept.`,
          ...place,
        },
      ],
    };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      ...state,
      text,
      notes: [
        {
          severity: "error",
          message: "A context is an object. The last good one is kept.",
          from: 0,
          to: text.length,
        },
      ],
    };
  }
  const context = value as ContextJson;
  return { ...state, text, context, notes: contextNotes(text, context) };
}

/** Formats `CommaExpected` as words. */
function words(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, letter => ` ${letter.toLowerCase()}`).toLowerCase();
}

export interface Place {
  readonly from: number;
  readonly to: number;
}

/** The members and indexes of a path. */
export function parsePath(path: string): (string | number)[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]): string | number =>
      quoted !== undefined
        ? (JSON.parse(`"${quoted}"`) as string)
        : index !== undefined
          ? Number(index)
          : (name ?? ""),
  );
}

/** Returns its position; else that of the nearest existing parent, or the start of the text. */
export function placeOf(text: string, path: readonly (string | number)[], tree?: Node): Place {
  const root = tree ?? parseTree(text);
  for (let length = path.length; root && length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (!node) continue;
    // An underlined whole flag is hard to read: only its name is underlined.
    const shown =
      node.type === "object" || node.type === "array" ? (node.parent?.children?.[0] ?? node) : node;
    const short = shown.length > 200 ? { offset: shown.offset, length: 1 } : shown;
    return { from: short.offset, to: short.offset + short.length };
  }
  return { from: 0, to: Math.min(1, text.length) };
}

/** The offset of a line and a column, both from 1. */
export function placeAt(text: string, line: number, column: number): Place {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const from = Math.min(start + column - 1, text.length);
  return { from: from === text.length ? Math.max(0, from - 1) : from, to: Math.min(from + 1, text.length) };
}
