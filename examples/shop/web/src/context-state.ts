/** The edited context, and the last valid one. */
import { Context } from "isoflag/tools";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type { Note } from "./document-state";
import type { Json, JsonObject } from "./explanation";
import { parsePath, placeOf } from "./place";
import type { Preset } from "./Visitor";

export interface ContextState {
  readonly preset: number;
  readonly text: string;
  readonly context: JsonObject;
  readonly notes: readonly Note[];
}

/** The errors of the strict parser; an evaluation accepts the context nevertheless. */
function notesOf(text: string, context: JsonObject): Note[] {
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
  const context = presets[preset]?.context ?? {};
  const text = JSON.stringify(context, null, 2);
  return { preset, text, context, notes: notesOf(text, context) };
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
  const context = value as JsonObject;
  return { ...state, text, context, notes: notesOf(text, context) };
}

/** Formats `CommaExpected` as words. */
function words(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, letter => ` ${letter.toLowerCase()}`).toLowerCase();
}
