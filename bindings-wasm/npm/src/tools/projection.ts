/** The document of a client: its methods of `Flags`, which a page does not need. */

import { hasTools, requireTools } from "../binding/engine.js";
import { argumentErrors } from "../binding/errors.js";
import { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import { handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import { encodeStrictly } from "../binding/json-encoding.js";
import type { LoadedDocument } from "../binding/loaded-document.js";
import { limits } from "../generated/constants.js";
import * as tools from "../generated/tools-glue.js";
import { during, toJson } from "./documents.js";

/** Options of {@link Flags.project}. */
export interface ProjectionOptions {
  /** The flags to select: those that are available to browsers. */
  readonly visibility?: "client" | undefined;
  /**
   * The known attributes of a context by kind, such as `{ user: { key: "ada", plan: "pro" } }`. Null is a kind or an
   * attribute that the context lacks.
   */
  readonly known?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null | undefined;
  /** The attributes whose values must not be in the document, such as `user.email`. */
  readonly private?: readonly string[] | undefined;
}

/** A flag that a projection leaves out, because it would show a private value. */
export interface RefusedFlag {
  /** The key of the flag. */
  readonly key: string;
  /** The private attribute. */
  readonly private: string;
  /** The flag or segment that would show the value. */
  readonly place: string;
}

/** A string that a reader of a projection sees. */
export interface VisibleString {
  /** Its role, such as `flag key` or `clause value`. */
  readonly what: string;
  /** The string. */
  readonly text: string;
  /** The path of its first occurrence. */
  readonly path: string;
  /** The number of its occurrences. */
  readonly count: number;
}

/** The contents of a projection, and the flags that it leaves out. */
export interface ProjectionReport {
  /** The digest of the projection. */
  readonly digest: string;
  /** The digest of the whole document. */
  readonly parentDigest: string;
  /** The length of the projection as canonical JSON, in bytes. */
  readonly bytes: number;
  /** The length of the whole document as canonical JSON, in bytes. */
  readonly parentBytes: number;
  /** The number of flags. */
  readonly flags: number;
  /** The number of flags of the whole document. */
  readonly parentFlags: number;
  /** The number of flags that have one answer left. */
  readonly decided: number;
  /** The flags that are left out. */
  readonly refused: readonly RefusedFlag[];
  /** The private attributes that no part of the document compares. */
  readonly unusedPrivate: readonly string[];
  /** The strings that a reader sees. */
  readonly strings: readonly VisibleString[];
}

/** Newer items of a document, by key, and its `meta`, for {@link Flags.apply}. */
export interface Patch {
  /** The flags. */
  readonly flags?: Readonly<Record<string, JsonValue>>;
  /** The segments. */
  readonly segments?: Readonly<Record<string, JsonValue>>;
  /** The metadata, as a whole. */
  readonly meta?: JsonValue;
}

/** The whole document of each projection, and the options. */
const made = new WeakMap<Flags, { readonly parent: LoadedDocument; readonly options: Uint8Array }>();

function held(flags: Flags): LoadedDocument {
  const document = flagsOf.held(flags);
  if (document === undefined) throw new TypeError("expected Flags");
  return document;
}

function project(this: Flags, options: ProjectionOptions = {}): Flags {
  requireTools("project");
  const { visibility = "client", known = null, private: references = [] } = options;
  if (typeof references === "string") throw new TypeError("`private` must hold references, not be a string");
  const given = { known, private: [...references].map(String), visibility };
  const written = encodeStrictly(given, limits.documentBytes, argumentErrors);
  const parent = held(this);
  const flags = flagsOf.made(during(argumentErrors, () => tools.projectFlags(parent.handle, written)));
  made.set(flags, { parent, options: written });
  return flags;
}

function projectionReport(this: Flags): ProjectionReport | undefined {
  const projection = made.get(this);
  if (projection === undefined) return undefined;
  const { parent, options } = projection;
  const report = during(argumentErrors, () => tools.projectionReport(parent.handle, options));
  return JSON.parse(report) as ProjectionReport;
}

function patchBetween(from: Flags, to: Flags): Patch | undefined {
  requireTools("Flags.patchBetween");
  const [one = 0, other = 0] = handlesOf(held(from), held(to));
  const patch = during(argumentErrors, () => tools.patchBetween(one, other));
  return patch == null ? undefined : (JSON.parse(patch) as Patch);
}

/** Adds the methods to the class. */
export function addProjections(): void {
  Object.assign(Flags, { patchBetween });
  Object.assign(Flags.prototype, { project, projectionReport });
  Object.defineProperty(Flags.prototype, "parentDigest", {
    configurable: true,
    get(this: Flags) {
      const document = held(this);
      // Most documents have none, and `tools.wasm` need not start to say so.
      if (!hasTools() && !toJson(document).includes('"parentDigest"')) return undefined;
      requireTools("parentDigest");
      return during(argumentErrors, () => tools.parentDigest(document.handle)) ?? undefined;
    },
  });
}
