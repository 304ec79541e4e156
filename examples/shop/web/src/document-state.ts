/** The edited document, and the last valid one, which the browser evaluates. */
import { type Diagnostic, DocumentError, Flags } from "isoflag/tools";
import { applyEdits, type JSONPath, modify, parseTree } from "jsonc-parser";
import type { JsonObject } from "./explanation";
import { objectOf } from "./flag-document";
import { type Place, parsePath, placeAt, placeOf } from "./place";

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

function notesOf({ text, flags }: Held): Note[] {
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
  return { text, held, notes: notesOf(held), error: undefined };
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
