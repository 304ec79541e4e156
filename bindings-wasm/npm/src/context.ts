import { contextErrors } from "./errors.js";
import { limits } from "./generated/constants.js";
import * as core from "./generated/glue.js";
import { encodeStrictly, isWellFormed } from "./host-json.js";
import type { JsonValue } from "./json.js";
import { jsonBytes } from "./json-text.js";
import { disown, disposeByFreeing, Held, type Make, owned } from "./ownership.js";

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

function build(key: unknown, options: ContextOptions): Held {
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
  const written = JSON.stringify(parts);
  return held([], () => core.buildContext(written, members));
}

/** A context that the core makes from others. */
function held(parents: readonly Held[], make: Make): Held {
  return new Held(parents, (...handles) => contextErrors.handle(make(...handles)), core.freeContext);
}

/** Marks a context also for another copy of the package in the same program. */
const CONTEXT = Symbol.for("isoflag.context");

function isForeign(value: object): value is Context {
  try {
    return CONTEXT in value;
  } catch {
    return false;
  }
}

/** What a `Context` holds of the core, or undefined for anything else. */
export let contextHeld: (value: unknown) => Held | undefined;

/**
 * Who is asked about, read once. Immutable.
 *
 * ```js
 * const context = new Context("anna", { attributes: { country: "NO" }, private: ["country"] });
 * flags.boolVariation("checkout", context, false);
 * ```
 */
export class Context {
  readonly #held: Held;
  /** What `using` calls. */
  declare [Symbol.dispose]: () => void;

  /** @internal */
  get [CONTEXT](): true {
    return true;
  }

  static {
    disposeByFreeing(Context.prototype);
    contextHeld = value => {
      if (typeof value !== "object" || value === null) return undefined;
      if (#held in value) return value.#held;
      // Read anew, since its handle means nothing to this core; freed when it is garbage, not while it is used.
      return isForeign(value) ? Context.fromObject(value.toObject()).#held : undefined;
    };
  }

  /**
   * A context of one kind.
   *
   * @throws {ContextError} where it is invalid or an attribute has no JSON form
   */
  constructor(key: string, options?: ContextOptions);
  /** @internal */
  constructor(held: Held);
  constructor(key: string | Held, options: ContextOptions = {}) {
    this.#held = owned(this, key instanceof Held ? key : build(key, options));
  }

  /** Reads context JSON: of one kind, of several, or a legacy user. */
  static fromJson(text: string | Uint8Array): Context {
    const bytes = jsonBytes(text, contextErrors);
    // Bytes are the caller's, who may change them.
    const kept = typeof text === "string" ? bytes : bytes.slice();
    return new Context(held([], () => core.readContext(kept)));
  }

  /**
   * Reads context JSON from an object.
   *
   * @throws {ContextError} where it is invalid or holds something without a JSON form
   */
  static fromObject(object: ContextObject): Context {
    return Context.fromJson(encodeStrictly(object, limits.contextBytes, contextErrors));
  }

  /** One context of several kinds; contexts of several kinds are taken apart. */
  static multi(...contexts: Context[]): Context {
    const parts = contexts.map((context, index) => {
      const part = contextHeld(context);
      if (part === undefined) {
        throw contextErrors.at("", `argument ${index + 1} is not a \`Context\``);
      }
      return part;
    });
    return new Context(held(parts, (...handles) => core.joinContexts(new Uint32Array(handles))));
  }

  /** The fully-qualified key: `anna`, `org:acme`, `org:acme:user:anna`. */
  get key(): string {
    return contextErrors.text(core.contextKey(this.#held.handle));
  }

  /** This context with one of kind `clock`, so that rules may ask for the time of day and the weekday. */
  withClock(nowMs: number, offsetMinutes: number): Context {
    // What turns an object into a number is the caller's code.
    const [now, offset] = [Number(nowMs), Number(offsetMinutes)];
    const withClock = (context = 0): number => core.contextWithClock(context, now, offset);
    return new Context(held([this.#held], withClock));
  }

  /** The canonical context JSON, as an object of the caller's own. */
  toObject(): { [member: string]: JsonValue } {
    return JSON.parse(contextErrors.text(core.contextJson(this.#held.handle))) as {
      [member: string]: JsonValue;
    };
  }

  /** Lets go of the memory at once. The context cannot be used afterwards. */
  free(): void {
    disown(this, this.#held);
  }
}
