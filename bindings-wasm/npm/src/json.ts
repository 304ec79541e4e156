/** A value of JSON, as a flag serves it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [member: string]: JsonValue };

type Container = JsonValue[] | { [member: string]: JsonValue };

/** A container, and the containers in it by their names or places. What else is in it is copied at one stroke. */
interface Template {
  readonly value: Container;
  readonly within: readonly (readonly [string, Template])[];
}

function templateOf(value: Container): Template {
  const members = Object.entries(value);
  const isContainer = (member: readonly [string, JsonValue]): member is [string, Container] =>
    typeof member[1] === "object" && member[1] !== null;
  return { value, within: members.filter(isContainer).map(([name, member]) => [name, templateOf(member)]) };
}

function copyOf({ value, within }: Template): Container {
  if (Array.isArray(value)) {
    const copy = value.slice();
    for (const [place, template] of within) copy[Number(place)] = copyOf(template);
    return copy;
  }
  const copy = { ...value };
  for (const [name, template] of within) {
    // Setting it would give the copy another prototype.
    if (name === "__proto__") Object.defineProperty(copy, name, { value: copyOf(template) });
    else copy[name] = copyOf(template);
  }
  return copy;
}

/** The JSON text of an object or array, of which each caller gets a value to keep and change. It is parsed once, if at all. */
export class JsonText {
  readonly #text: string;
  #template: Template | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  copy(): JsonValue {
    this.#template ??= templateOf(JSON.parse(this.#text) as Container);
    return copyOf(this.#template);
  }
}
