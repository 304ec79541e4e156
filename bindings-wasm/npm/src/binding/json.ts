/** A value of JSON, as served by a flag. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [member: string]: JsonValue };

type Container = JsonValue[] | { [member: string]: JsonValue };

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === "object" && value !== null;
}

/**
 * Returns a function that copies a container. The contents are inspected once; records without containers are copied
 * with one spread, and so is each record of a list of them.
 */
function copierOf(value: Container): () => Container {
  const within = Object.entries(value).filter(([_, member]) => isContainer(member));
  if (Array.isArray(value)) {
    if (within.length === 0) return () => value.slice();
    if (value.every(isRecord)) return () => value.map(element => ({ ...element }));
    const copiers = value.map(element => (isContainer(element) ? copierOf(element) : undefined));
    return () => value.map((element, index) => copiers[index]?.() ?? element);
  }
  if (within.length === 0) return () => ({ ...value });
  const names = within.map(([name]) => name);
  const copiers = within.map(([_, member]) => copierOf(member as Container));
  return () => {
    const copy = { ...value };
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      const member = (copiers[index] as () => Container)();
      // Assigning it would change the prototype of the copy.
      if (name === "__proto__") Object.defineProperty(copy, name, { value: member });
      else copy[name] = member;
    }
    return copy;
  };
}

/** Whether it is an object without containers in it. */
function isRecord(value: JsonValue): value is { [member: string]: JsonValue } {
  return isContainer(value) && !Array.isArray(value) && !Object.values(value).some(isContainer);
}

/** How a served object or array is returned. */
export interface ValueOptions {
  /**
   * Whether all readers get the same deeply frozen object or array (default: `false`, each gets a copy that it may
   * change).
   */
  readonly shared?: boolean | undefined;
}

/** The JSON text of an object or array. It is parsed at most once for copies, and once for the shared value. */
export class JsonText {
  readonly #text: string;
  #copy: (() => Container) | undefined;
  #shared: JsonValue | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns a copy, or the shared value. */
  read(options?: ValueOptions): JsonValue {
    if (!options?.shared) return this.copy();
    this.#shared ??= JSON.parse(this.#text, (_, value) => Object.freeze(value)) as JsonValue;
    return this.#shared;
  }

  copy(): JsonValue {
    this.#copy ??= copierOf(JSON.parse(this.#text) as Container);
    return this.#copy();
  }
}
