/** Contexts of evaluations. */

import { limits } from "../generated/constants.js";
import * as core from "../generated/glue.js";
import { contextErrors } from "./errors.js";
import { disown, disposeByFreeing, Held, type Make, owned } from "./handles.js";
import type { JsonValue } from "./json.js";
import { encodeLeniently, encodeStrictly, isWellFormed, jsonBytes, NO_TEXT } from "./json-encoding.js";
import { problems } from "./problems.js";

/** The options of a context of one kind. */
export interface ContextOptions {
  /** The kind (default: `user`). */
  readonly kind?: string | undefined;
  /** The display name. */
  readonly name?: string | undefined;
  /** Whether the context is anonymous (default: `false`). */
  readonly anonymous?: boolean | undefined;
  /** Custom attributes, by name. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** References to attributes, such as `email` or `/address/city`, that `explain` does not show. */
  readonly private?: readonly string[] | undefined;
}

/** The members of a context that are not attributes of its author's. */
interface BuiltInMembers {
  /** Unique among the contexts of its kind. */
  readonly key: string;
  /** The display name. */
  readonly name?: string | null | undefined;
  /** Whether the context is anonymous (default: `false`). */
  readonly anonymous?: boolean | undefined;
  /** Which attributes are private. */
  readonly _meta?: ContextMeta | null | undefined;
}

/** Which attributes of a context are private. */
export interface ContextMeta {
  /** References to attributes that `explain` does not show. */
  readonly privateAttributes?: readonly string[] | null | undefined;
}

/** A context of one kind, without its kind. */
export interface ContextMembers extends BuiltInMembers {
  readonly [attribute: string]: unknown;
}

/** A context of one kind. */
export interface SingleContextObject extends ContextMembers {
  /** Such as `user` or `org`. */
  readonly kind: string;
}

/** A context of several kinds, by kind. */
export interface MultiContextObject {
  /** Says that the other members are kinds. */
  readonly kind: "multi";
  readonly [kind: string]: "multi" | ContextMembers;
}

/** A user without `kind`, as older SDKs write it: attributes of its author's are in `custom`. */
export interface LegacyUserObject {
  /** A legacy user has no kind; its context has the kind `user`. */
  readonly kind?: undefined;
  /** Unique among users; it may be empty. */
  readonly key: string;
  /** The display name. */
  readonly name?: string | null | undefined;
  /** Whether the user is anonymous (default: `false`). */
  readonly anonymous?: boolean | null | undefined;
  /** An attribute. */
  readonly firstName?: string | null | undefined;
  /** An attribute. */
  readonly lastName?: string | null | undefined;
  /** An attribute. */
  readonly email?: string | null | undefined;
  /** An attribute. */
  readonly country?: string | null | undefined;
  /** An attribute. */
  readonly avatar?: string | null | undefined;
  /** An attribute. */
  readonly ip?: string | null | undefined;
  /** All other attributes, by name. */
  readonly custom?: { readonly [attribute: string]: unknown } | null | undefined;
  /** Names of attributes that `explain` does not show. */
  readonly privateAttributeNames?: readonly string[] | null | undefined;
}

/** Context JSON as LaunchDarkly's SDKs write it: of one kind, of several, or a legacy user. */
export type ContextObject = SingleContextObject | MultiContextObject | LegacyUserObject;

/** A context: a parsed one, or its JSON as a plain object. */
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

/** Creates a context from others in the core. */
function held(parents: readonly Held[], make: Make): Held {
  return new Held(parents, (...handles) => contextErrors.handle(make(...handles)), core.freeContext);
}

/** Marks a context also for other copies of the package in the same process. */
const CONTEXT = Symbol.for("isoflag.context");

function isForeign(value: object): value is Context {
  try {
    return CONTEXT in value;
  } catch {
    return false;
  }
}

/** Returns the core's object of a `Context`, or undefined for other values. */
export let contextHeld: (value: unknown) => Held | undefined;

/** Passed to the core instead of the handle of a context that is a text. */
export const HOST_CONTEXT = 0xffff_ffff;

/** A context as it is passed to the core: the object of a `Context`, or the text of another value. */
export interface PassedContext {
  /** The object, if there is one. */
  readonly held: readonly [] | readonly [Held];
  /** The text, empty for an object. */
  readonly text: Uint8Array;
}

/** Reads a context. This runs the caller's code: read handles afterwards. */
export function passContext(context: unknown): PassedContext {
  const held = contextHeld(context);
  if (held !== undefined) return { held: [held], text: NO_TEXT };
  const text = encodeLeniently(context);
  problems.report?.("context", context);
  return { held: [], text };
}

/**
 * A parsed context.
 *
 * ```js
 * const context = new Context("anna", { attributes: { country: "NO" }, private: ["country"] });
 * flags.boolVariation("checkout", context, false);
 * ```
 */
export class Context {
  readonly #held: Held;
  /** Called by `using`. */
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
      // Converted again, since its handle is invalid in this core; freed with garbage collection, not while it is used.
      return isForeign(value) ? Context.fromObject(value.toObject()).#held : undefined;
    };
  }

  /**
   * Creates a context of one kind.
   *
   * @throws {ContextError} if it is invalid or an attribute has no JSON form
   */
  constructor(key: string, options?: ContextOptions);
  /** @internal */
  constructor(held: Held);
  constructor(key: string | Held, options: ContextOptions = {}) {
    this.#held = owned(this, key instanceof Held ? key : build(key, options));
  }

  /** Parses context JSON: of one kind, of several, or a legacy user. */
  static fromJson(text: string | Uint8Array): Context {
    const bytes = jsonBytes(text, contextErrors);
    // The caller may change the bytes later.
    const kept = typeof text === "string" ? bytes : bytes.slice();
    return new Context(held([], () => core.readContext(kept)));
  }

  /**
   * Converts context JSON from an object.
   *
   * @throws {ContextError} if it is invalid or contains a value without a JSON form
   */
  static fromObject(object: ContextObject): Context {
    return Context.fromJson(encodeStrictly(object, limits.contextBytes, contextErrors));
  }

  /** Combines contexts into one with all their kinds. */
  static multi(...contexts: Context[]): Context {
    const parts = contexts.map((context, index) => {
      const part = contextHeld(context);
      if (part === undefined) {
        throw contextErrors.at("", `argument ${index + 1} is not a \`Context\``);
      }
      return part;
    });
    return new Context(held(parts, (...handles) => core.joinContexts(handles.join())));
  }

  /** The fully-qualified key: `anna`, `org:acme`, `org:acme:user:anna`. */
  get key(): string {
    return contextErrors.text(core.contextKey(this.#held.handle));
  }

  /** Returns this context with the kind `clock`, so that rules may use the time of day and the weekday. */
  withClock(nowMs: number, offsetMinutes: number): Context {
    // Converting an object to a number may run the caller's code.
    const [now, offset] = [Number(nowMs), Number(offsetMinutes)];
    const withClock = (context = 0): number => core.contextWithClock(context, now, offset);
    return new Context(held([this.#held], withClock));
  }

  /** Returns the canonical context JSON, as an object that the caller owns. */
  toObject(): ContextObject & { [member: string]: JsonValue } {
    return JSON.parse(contextErrors.text(core.contextJson(this.#held.handle))) as ContextObject & {
      [member: string]: JsonValue;
    };
  }

  /** Frees the memory immediately. The context cannot be used afterwards. */
  free(): void {
    disown(this, this.#held);
  }
}
