import { AuthorityFault } from '../../fault.ts';
import type { YamlValue } from '@antin/formats/yaml/read';

/** Reads the members of a reviewed file one by one; what was not asked for at the end is a mistake and not a comment. */
export class Fields {
  readonly #members: ReadonlyMap<string, YamlValue>;
  readonly #line: number;
  readonly #asked = new Set<string>();
  readonly #within: Fields[] = [];

  constructor(value: YamlValue) {
    if (value.kind !== 'map') throw wrong(value.line, 'a mapping was expected');
    this.#members = value.members;
    this.#line = value.line;
  }

  #get(key: string): YamlValue | undefined {
    this.#asked.add(key);
    return this.#members.get(key);
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  maybeText(key: string): string | undefined {
    const value = this.#get(key);
    if (value !== undefined && value.kind !== 'text') throw wrong(value.line, `${key} is one text`);
    return value?.text;
  }

  text(key: string): string {
    const value = this.maybeText(key);
    if (value === undefined || value === '') throw wrong(this.#line, `${key} is missing`);
    return value;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const text = this.text(key);
    const found = allowed.find((one) => one === text);
    if (found === undefined) throw wrong(this.#get(key)?.line ?? this.#line, `${key} is one of ${allowed.join(', ')}`);
    return found;
  }

  maybeNumber(key: string): number | undefined {
    const text = this.maybeText(key);
    if (text !== undefined && !/^\d{1,15}$/.test(text))
      throw wrong(this.#get(key)?.line ?? this.#line, `${key} is a whole number`);
    return text === undefined ? undefined : Number(text);
  }

  number(key: string): number {
    const value = this.maybeNumber(key);
    if (value === undefined) throw wrong(this.#line, `${key} is missing`);
    return value;
  }

  /** `2026-12-01T02:00:00Z`: whole seconds, in UTC, nothing left to a reader's time zone. */
  time(key: string): number {
    const text = this.text(key);
    const time = Date.parse(text);
    if (
      !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ||
      Number.isNaN(time) ||
      new Date(time).toISOString() !== text.replace('Z', '.000Z')
    ) {
      throw wrong(this.#get(key)?.line ?? this.#line, `${key} is a moment like 2026-12-01T02:00:00Z`);
    }
    return time;
  }

  texts(key: string): string[] {
    return this.#list(key).map((item) => {
      if (item.kind !== 'text') throw wrong(item.line, `${key} is a list of texts`);
      return item.text;
    });
  }

  within(key: string): Fields {
    const value = this.#get(key);
    if (value === undefined) throw wrong(this.#line, `${key} is missing`);
    return this.#kept(new Fields(value));
  }

  maybeWithin(key: string): Fields | undefined {
    return this.has(key) ? this.within(key) : undefined;
  }

  each(key: string): Fields[] {
    return this.#list(key).map((item) => this.#kept(new Fields(item)));
  }

  /** A list of single members, in order: a distinguished name. */
  pairs(key: string): [string, string][] {
    return this.#list(key).map((item) => {
      const [entry] = item.kind === 'map' ? [...item.members] : [];
      if (item.kind !== 'map' || item.members.size !== 1 || entry === undefined || entry[1].kind !== 'text') {
        throw wrong(item.line, `${key} is a list of lines like "- CN: name"`);
      }
      return [entry[0], entry[1].text];
    });
  }

  #list(key: string): readonly YamlValue[] {
    const value = this.#get(key);
    if (value === undefined) return [];
    if (value.kind !== 'list') throw wrong(value.line, `${key} is a list`);
    return value.items;
  }

  #kept(fields: Fields): Fields {
    this.#within.push(fields);
    return fields;
  }

  /** @throws {AuthorityFault} `ceremony.file` for a member nobody asked for */
  nothingElse(): void {
    for (const [key, value] of this.#members) if (!this.#asked.has(key)) throw wrong(value.line, `${key} means nothing here`);
    for (const one of this.#within) one.nothingElse();
  }
}

function wrong(line: number, what: string): AuthorityFault {
  return new AuthorityFault('ceremony.file', `line ${line}: ${what}`);
}
