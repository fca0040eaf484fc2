/**
 * A JSON value with its place in the input. `raw` is a view of the bytes as they were received: what is signed or time-stamped
 * is those bytes, never a value written again.
 */
interface Placed {
  /** Offsets in bytes from the start of the input; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly raw: Uint8Array;
}

export interface JsonObject extends Placed {
  readonly kind: 'object';
  /** In the order of the text; every name once. */
  readonly members: ReadonlyMap<string, JsonValue>;
}

export interface JsonArray extends Placed {
  readonly kind: 'array';
  readonly items: readonly JsonValue[];
}

export interface JsonString extends Placed {
  readonly kind: 'string';
  /** Escapes resolved; well-formed UTF-16. */
  readonly text: string;
}

export interface JsonNumber extends Placed {
  readonly kind: 'number';
  /** Nearest double; `raw` has the digits. */
  readonly value: number;
}

export interface JsonLiteral extends Placed {
  readonly kind: 'literal';
  readonly value: true | false | null;
}

export type JsonValue = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral;

/** The text of a string value; undefined for anything else. */
export function textOf(value: JsonValue | undefined): string | undefined {
  return value?.kind === 'string' ? value.text : undefined;
}

/** The texts of an array of strings; undefined for anything else. */
export function textsOf(value: JsonValue | undefined): readonly string[] | undefined {
  if (value?.kind !== 'array') return undefined;
  const texts = value.items.map(textOf);
  return texts.includes(undefined) ? undefined : (texts as string[]);
}
