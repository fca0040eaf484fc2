import { FormatFault } from '@antin/formats/fault';

/** A tag of a workbook's part, by its local name. Offsets are UTF-16 units. */
export interface Tag {
  readonly name: string;
  readonly end: boolean;
  /** `<a/>`: start and end in one. */
  readonly empty: boolean;
  /** Text between name and `>`. */
  readonly attributes: string;
  /** Behind the `>`. */
  readonly after: number;
}

/**
 * All tags in document order, one at a time: a sheet of a hundred thousand rows has millions of elements, which no tree of
 * them would bear. A document type is refused: without one there is nothing to expand and nothing to fetch.
 *
 * @throws {FormatFault} `xml.dtd-refused`, `xml.damaged`
 */
export function* readTags(text: string): Generator<Tag> {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const mark = text[at + 1];
    if (mark === '?' || mark === '!') {
      if (text.startsWith('<!--', at)) at = behind(text, '-->', at);
      else if (text.startsWith('<![CDATA[', at)) at = behind(text, ']]>', at);
      else if (mark === '?') at = behind(text, '?>', at);
      else throw new FormatFault('xml.dtd-refused', 'a document type declaration is not accepted', at);
      continue;
    }
    const close = endOfTag(text, at);
    const end = mark === '/';
    const inside = text.slice(at + (end ? 2 : 1), close);
    const empty = inside.endsWith('/');
    const cut = inside.search(/[\s/]/);
    const qualified = cut < 0 ? inside : inside.slice(0, cut);
    yield {
      name: qualified.slice(qualified.indexOf(':') + 1),
      end,
      empty,
      attributes: cut < 0 ? '' : inside.slice(cut, empty ? -1 : undefined),
      after: close + 1,
    };
    at = close + 1;
  }
}

/** The value of an attribute by its local name. */
export function attributeOf(tag: Tag, local: string): string | undefined {
  const found = new RegExp(`[\\s:]${local}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag.attributes);
  const value = found?.[1] ?? found?.[2];
  return value === undefined ? undefined : unescaped(value);
}

/** Character data of an element without children, from its start tag on. */
export function textOf(text: string, tag: Tag): string {
  if (tag.empty) return '';
  const close = text.indexOf('</', tag.after);
  const raw = text.slice(tag.after, close < 0 ? text.length : close);
  const plain = raw.includes('<![CDATA[') ? raw.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, data: string) => escaped(data)) : raw;
  // ST_Xstring (ISO/IEC 29500-1 §22.9.2.19): _x000D_ is a carriage return.
  return unescaped(plain).replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|([a-z]+));/g, (whole, hex?: string, dec?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = hex === undefined ? Number(dec) : parseInt(hex, 16);
    return code > 0x10ffff || code === 0 ? '' : String.fromCodePoint(code);
  });
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&${one === '&' ? 'amp' : one === '<' ? 'lt' : one === '>' ? 'gt' : 'quot'};`);
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw new FormatFault('xml.damaged', `"${mark}" is missing`, from);
  return at + mark.length;
}

/** A `>` inside a quoted value does not end the tag. */
function endOfTag(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3e) return at;
    if (code === 0x22 || code === 0x27) {
      at = text.indexOf(code === 0x22 ? '"' : "'", at + 1);
      if (at < 0) break;
    }
  }
  throw new FormatFault('xml.damaged', 'a tag does not end', start);
}
