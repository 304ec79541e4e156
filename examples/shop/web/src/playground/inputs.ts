/** The visitor's own inputs: their limits, their texts, and the link that keeps them. */

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

/** The inputs of the page. */
export interface Inputs {
  readonly document: string;
  readonly contexts: string;
  /** The document that changes are compared with, if it is another. */
  readonly before?: string;
}

/** Where the inputs are kept. */
export type Kept =
  | { readonly place: "address"; readonly bytes: number }
  /** Too long for an address: in the storage of the browser's tab. */
  | { readonly place: "tab"; readonly bytes: number }
  | { readonly place: "nowhere"; readonly bytes: number };

/** Longer addresses are cut by mail and chat programs. */
const LONGEST_FRAGMENT = 32 * 1024;
/** A short fragment may expand a thousandfold. */
const LARGEST_INPUTS = 32 * 1024 * 1024;
const STORED = "isoflag-playground";
const PREFIX = "#1.";
const IN_TAB = "#tab";

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new Error("it contains other characters than a link of this page");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, letter => letter.charCodeAt(0));
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > LARGEST_INPUTS) {
      await reader.cancel();
      throw new Error(`it expands to more than ${LARGEST_INPUTS / 1024 / 1024} MB`);
    }
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Compresses the inputs. gzip has a checksum, which detects a link that was cut short. */
export async function packed(inputs: Inputs): Promise<string> {
  const stream = new Blob([JSON.stringify(inputs)]).stream().pipeThrough(new CompressionStream("gzip"));
  return toBase64Url(await bytesOf(stream));
}

/** Returns the inputs of a packed text; throws if it is incomplete or something else. */
export async function unpacked(text: string): Promise<Inputs> {
  let json: string;
  try {
    const stream = new Blob([fromBase64Url(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
    json = new TextDecoder("utf-8", { fatal: true }).decode(await bytesOf(stream));
  } catch (error) {
    const reason = error instanceof TypeError || error instanceof DOMException ? "it is incomplete" : error;
    throw new Error(reason instanceof Error ? reason.message : String(reason));
  }
  const inputs: unknown = JSON.parse(json);
  if (typeof inputs !== "object" || inputs === null) throw new Error("it contains no document");
  const { document, contexts, before } = inputs as Partial<Record<string, unknown>>;
  if (typeof document !== "string" || typeof contexts !== "string") {
    throw new Error("it contains no document");
  }
  return { document, contexts, ...(typeof before === "string" ? { before } : {}) };
}

/** Returns the inputs that the address names; undefined if it names none. */
export async function recalled(): Promise<Inputs | undefined> {
  const { hash } = location;
  if (hash.startsWith(PREFIX)) return unpacked(hash.slice(PREFIX.length));
  if (hash !== IN_TAB) return undefined;
  const stored = sessionStorage.getItem(STORED);
  if (stored === null) throw new Error("its document was kept in another tab, which alone can show it");
  return unpacked(stored);
}

/** Where the inputs that {@link recalled} returns are kept. */
export function keptPlace(): Kept | undefined {
  const { hash } = location;
  if (hash.startsWith(PREFIX)) return { place: "address", bytes: hash.length - PREFIX.length };
  const stored = hash === IN_TAB ? sessionStorage.getItem(STORED) : null;
  return stored === null ? undefined : { place: "tab", bytes: stored.length };
}

/** Keeps the inputs in the address, or in the tab if they are too long. */
export async function keep(inputs: Inputs): Promise<Kept> {
  const text = await packed(inputs);
  const bytes = text.length;
  if (bytes <= LONGEST_FRAGMENT) {
    history.replaceState(null, "", `${PREFIX}${text}`);
    sessionStorage.removeItem(STORED);
    return { place: "address", bytes };
  }
  try {
    sessionStorage.setItem(STORED, text);
  } catch {
    history.replaceState(null, "", location.pathname + location.search);
    return { place: "nowhere", bytes };
  }
  history.replaceState(null, "", IN_TAB);
  return { place: "tab", bytes };
}
