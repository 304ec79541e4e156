/** Reads texts that a visitor pastes or drops: documents, and contexts in several forms. */

import { Context } from "isoflag/tools";
import type { Note } from "../edited";
import type { ContextJson, Json, JsonObject } from "../explanation";
import { objectOf } from "../flag-document";

/** Longer texts are refused: an editor shows them too slowly. */
export const LARGEST_TEXT = 4 * 1024 * 1024;

/** A context with its name. */
export interface Visitor {
  readonly name: string;
  readonly context: ContextJson;
  readonly bigSegments?: JsonObject;
}

/** The text of the contexts, and the last valid ones. */
export interface ContextsState {
  readonly text: string;
  readonly visitors: readonly Visitor[];
  readonly notes: readonly Note[];
  readonly error: string | undefined;
}

const megabytes = (length: number): string => `${(length / 1024 / 1024).toFixed(1)} MB`;

/** Why a text is refused. */
export function tooLarge(length: number): string {
  return `The text is ${megabytes(length)}; this page takes ${megabytes(LARGEST_TEXT)}. Nothing was changed. For large documents use the command-line tool.`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a JSON value looks like a document, and not like contexts. */
export function isDocument(value: Json): boolean {
  return isObject(value) && ("flags" in value || "flagValues" in value || "segments" in value);
}

/** One JSON value, or a list with one value of each line. Throws if it is neither. */
export function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const lines = text.split("\n").filter(line => line.trim() !== "");
    if (lines.length < 2 || !lines.every(line => line.trim().startsWith("{"))) throw error;
    return lines.map((line, index) => {
      try {
        return JSON.parse(line) as Json;
      } catch (problem) {
        throw new Error(`line ${index + 1}: ${problem instanceof Error ? problem.message : problem}`);
      }
    });
  }
}

function nameOf(context: ContextJson): string {
  try {
    using strict = Context.fromObject(context);
    return strict.key;
  } catch {
    return "an invalid context";
  }
}

function visitorOf(item: Json, index: number): Visitor {
  if (!isObject(item)) throw new Error(`item ${index + 1} is not an object, so it is not a context`);
  const { context, name, bigSegments } = item;
  if (!isObject(context) || "kind" in item || "key" in item) {
    return { name: nameOf(item as ContextJson), context: item as ContextJson };
  }
  return {
    name: typeof name === "string" && name !== "" ? name : nameOf(context as ContextJson),
    context: context as ContextJson,
    ...(isObject(bigSegments) ? { bigSegments: objectOf(bigSegments) } : {}),
  };
}

/** Takes contexts: one, a list, or one on each line. Throws if the text is not JSON or holds no context. */
export function openedContexts(text: string): ContextsState {
  const value = parsed(text);
  if (isDocument(value)) throw new Error("this is a document; paste it as the document");
  const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
  if (items.length === 0) throw new Error("the list has no context");
  return { text, visitors: items.map(visitorOf), notes: [], error: undefined };
}

/** Returns the state after typing; an invalid text leaves the last valid contexts. */
export function typedContexts(state: ContextsState, text: string): ContextsState {
  if (text === state.text) return state;
  try {
    return openedContexts(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const note: Note = { severity: "error", message, from: 0, to: Math.min(1, text.length) };
    return { ...state, text, notes: [note], error: message };
  }
}

/** Adds a context after the others. */
export function withVisitor(state: ContextsState, visitor: Visitor): ContextsState {
  const items = [...state.visitors, visitor].map(({ name, context, bigSegments }) => ({
    name,
    context,
    ...(bigSegments ? { bigSegments } : {}),
  }));
  return openedContexts(JSON.stringify(items, null, 2));
}
