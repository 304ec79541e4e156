import { requireStart } from "./engine.js";
import { contextErrors } from "./errors.js";
import { limits } from "./generated/constants.js";
import * as core from "./generated/glue.js";
import { encodeStrictly, isWellFormed } from "./host-json.js";
import type { JsonValue } from "./json.js";
import { jsonBytes } from "./json-text.js";
import { disposeByFreeing, FREED, Fresh, Ownership } from "./ownership.js";

/** What a context of one kind has besides its key. */
export interface ContextOptions {
  /** `user` unless given. */
  readonly kind?: string | undefined;
  /** How people call it. */
  readonly name?: string | undefined;
  /** `false` unless given. */
  readonly anonymous?: boolean | undefined;
  /** What rules may ask for, by name. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** References to attributes, such as `email` or `/address/city`, that `explain` does not show. */
  readonly private?: readonly string[] | undefined;
}

/** Context JSON as LaunchDarkly's SDKs write it: of one kind, of several, or a legacy user. */
export type ContextObject = { readonly [member: string]: unknown };

/** Who is asked about: a context that was read once, or its JSON as a plain object. */
export type ContextLike = Context | ContextObject;

function text(member: string, value: unknown): string {
  if (typeof value !== "string")
    throw contextErrors.at(member, `expected a string, found ${typeName(value)}`);
  if (!isWellFormed(value)) throw contextErrors.at(member, "a string with a lone surrogate has no JSON form");
  return value;
}

function typeName(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}

function build(key: unknown, options: ContextOptions): Fresh {
  requireStart();
  const { kind, name, anonymous = false, attributes = {}, private: references = [] } = options;
  if (typeof anonymous !== "boolean") {
    throw contextErrors.at("anonymous", `expected a boolean, found ${typeName(anonymous)}`);
  }
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
    throw contextErrors.at("attributes", `expected an object, found ${typeName(attributes)}`);
  }
  const parts = {
    key: text("key", key),
    kind: kind === undefined ? undefined : text("kind", kind),
    name: name === undefined ? undefined : text("name", name),
    anonymous,
    private: Array.from(references, (reference, index) => text(`private[${index}]`, reference)),
  };
  const members = encodeStrictly(attributes, limits.contextBytes, contextErrors);
  if (members.length > limits.contextBytes) {
    throw contextErrors.at("attributes", `longer than ${limits.contextBytes} bytes of JSON`);
  }
  return new Fresh(contextErrors.handle(core.buildContext(JSON.stringify(parts), members)));
}

const ownership = new Ownership(handle => core.freeContext(handle));

/** Marks a context also for another copy of the package in the same program. */
const CONTEXT = Symbol.for("isoflag.context");

function isForeign(value: object): value is Context {
  try {
    return CONTEXT in value;
  } catch {
    return false;
  }
}

/** The handle of a `Context`, or undefined for anything else. */
export let contextHandle: (value: unknown) => number | undefined;

/**
 * Who is asked about, read once. Immutable.
 *
 * ```js
 * const context = new Context("anna", { attributes: { country: "NO" }, private: ["country"] });
 * flags.boolVariation("checkout", context, false);
 * ```
 */
export class Context {
  #handle: number;
  /** What `using` calls. */
  declare [Symbol.dispose]: () => void;

  /** @internal */
  get [CONTEXT](): true {
    return true;
  }

  static {
    disposeByFreeing(Context.prototype);
    contextHandle = value => {
      if (typeof value !== "object" || value === null) return undefined;
      if (#handle in value) return value.#handle;
      // Read anew, since its handle means nothing to this core; freed when it is garbage, not while it is used.
      return isForeign(value) ? Context.fromObject(value.toObject()).#handle : undefined;
    };
  }

  /**
   * A context of one kind.
   *
   * @throws {ContextError} where it is invalid or an attribute has no JSON form
   */
  constructor(key: string, options?: ContextOptions);
  /** @internal */
  constructor(fresh: Fresh);
  constructor(key: string | Fresh, options: ContextOptions = {}) {
    this.#handle = ownership.take(this, key instanceof Fresh ? key : build(key, options));
  }

  /** Reads context JSON: of one kind, of several, or a legacy user. */
  static fromJson(text: string | Uint8Array): Context {
    requireStart();
    const bytes = jsonBytes(text, contextErrors);
    return new Context(new Fresh(contextErrors.handle(core.readContext(bytes))));
  }

  /**
   * Reads context JSON from an object.
   *
   * @throws {ContextError} where it is invalid or holds something without a JSON form
   */
  static fromObject(object: ContextObject): Context {
    requireStart();
    return Context.fromJson(encodeStrictly(object, limits.contextBytes, contextErrors));
  }

  /** One context of several kinds; contexts of several kinds are taken apart. */
  static multi(...contexts: Context[]): Context {
    requireStart();
    const handles = contexts.map((context, index) => {
      const handle = contextHandle(context);
      if (handle === undefined) {
        throw contextErrors.at("", `argument ${index + 1} is not a \`Context\``);
      }
      return handle;
    });
    return new Context(new Fresh(contextErrors.handle(core.joinContexts(new Uint32Array(handles)))));
  }

  /** The fully-qualified key: `anna`, `org:acme`, `org:acme:user:anna`. */
  get key(): string {
    return contextErrors.text(core.contextKey(this.#handle));
  }

  /** This context with one of kind `clock`, so that rules may ask for the time of day and the weekday. */
  withClock(nowMs: number, offsetMinutes: number): Context {
    const fresh = contextErrors.handle(core.contextWithClock(this.#handle, nowMs, offsetMinutes));
    return new Context(new Fresh(fresh));
  }

  /** The canonical context JSON, as an object of the caller's own. */
  toObject(): { [member: string]: JsonValue } {
    return JSON.parse(contextErrors.text(core.contextJson(this.#handle))) as { [member: string]: JsonValue };
  }

  /** Lets go of the memory at once. The context cannot be used afterwards. */
  free(): void {
    const handle = this.#handle;
    this.#handle = FREED;
    ownership.release(this, handle);
  }
}
