/** A value of JSON, as a flag serves it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [member: string]: JsonValue };

/** The JSON text of an object or array. It is parsed anew for each caller, who may keep and change the result. */
export class JsonText {
  constructor(readonly text: string) {}

  parse(): JsonValue {
    return JSON.parse(this.text) as JsonValue;
  }
}
