/** One text in both languages: `[Vietnamese, English]`, with `{name}` where a value goes. */
export type Words = Readonly<Record<string, readonly [vi: string, en: string]>>;

export type Values = Readonly<Record<string, string | number>>;

/** Replaces `{name}` by its value; an unknown name stays visible, so that a missing value is seen in review. */
export function fill(text: string, values: Values | undefined): string {
  if (values === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

export type Translate<Key extends string> = (key: Key, values?: Values) => string;

/** Binds a catalogue to a language. */
export function translator<W extends Words>(words: W, language: 'vi' | 'en'): Translate<keyof W & string> {
  const index = language === 'vi' ? 0 : 1;
  return (key, values) => fill(words[key]?.[index] ?? key, values);
}

/** The catalogue's word for a code from outside, or undefined when it has none. */
export function wordFor(words: Words, key: string, language: 'vi' | 'en', values?: Values): string | undefined {
  const pair = words[key];
  return pair === undefined ? undefined : fill(pair[language === 'vi' ? 0 : 1], values);
}
