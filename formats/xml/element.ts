import { FormatFault } from '../fault.ts';
import { endOfMarkup } from './scan.ts';
import type { ScannedElement } from './scan.ts';

export interface XmlAttribute {
  readonly prefix: string;
  readonly localName: string;
  /** Empty for an attribute without prefix. */
  readonly namespace: string;
  readonly value: string;
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** An element where it stands in the text. Names and values are read when asked. */
export class XmlElement {
  readonly name: string;
  readonly parent: XmlElement | undefined;
  readonly children: XmlElement[] = [];
  /** Offsets into the document's text, UTF-16 units: `<a …>` is start…openEnd, `</a>` is closeStart…end. */
  readonly start: number;
  readonly openEnd: number;
  readonly closeStart: number;
  readonly end: number;
  /** Which child of its parent it is, from 0. */
  readonly place: number;
  private readonly source: string;
  private own: { readonly attributes: readonly XmlAttribute[]; readonly declared: ReadonlyMap<string, string> } | undefined;

  constructor(source: string, scanned: ScannedElement, parent: XmlElement | undefined) {
    this.source = source;
    this.name = scanned.name;
    this.parent = parent;
    this.start = scanned.start;
    this.openEnd = scanned.openEnd;
    this.closeStart = scanned.closeStart;
    this.end = scanned.end;
    this.place = parent?.children.length ?? 0;
    parent?.children.push(this);
  }

  get prefix(): string {
    const colon = this.name.indexOf(':');
    return colon < 0 ? '' : this.name.slice(0, colon);
  }

  get localName(): string {
    return this.name.slice(this.name.indexOf(':') + 1);
  }

  get namespace(): string {
    return this.namespaceOf(this.prefix) ?? '';
  }

  /** The start tag as it is written. */
  get writtenTag(): string {
    return this.source.slice(this.start, this.openEnd);
  }

  get attributes(): readonly XmlAttribute[] {
    return this.tag().attributes;
  }

  /** Prefixes declared in this tag itself, with what they stand for; the empty one is the default namespace. */
  get declared(): ReadonlyMap<string, string> {
    return this.tag().declared;
  }

  attribute(localName: string, namespace = ''): string | undefined {
    return this.attributes.find((one) => one.localName === localName && one.namespace === namespace)?.value;
  }

  is(namespace: string, localName: string): boolean {
    return this.localName === localName && this.namespace === namespace;
  }

  childrenNamed(namespace: string, localName: string): XmlElement[] {
    return this.children.filter((one) => one.is(namespace, localName));
  }

  /** The only child of that name. @throws {FormatFault} `xml.child-repeated` */
  child(namespace: string, localName: string): XmlElement | undefined {
    const [one, more] = this.childrenNamed(namespace, localName);
    if (more !== undefined) throw new FormatFault('xml.child-repeated', `${localName} stands twice`, more.start);
    return one;
  }

  contains(other: XmlElement): boolean {
    return other.start >= this.start && other.end <= this.end;
  }

  /** All character data inside, in order. A comment in the middle of a value does not cut it (text splitting). */
  get text(): string {
    const { source } = this;
    let out = '';
    for (let at = this.openEnd; at < this.closeStart;) {
      const tag = source.indexOf('<', at);
      out += dereferenced(source.slice(at, tag));
      at = endOfMarkup(source, tag);
      if (source.startsWith('<![CDATA[', tag)) out += source.slice(tag + 9, at - 3);
    }
    return out.replace(/\r\n?/g, '\n').replaceAll(CARRIAGE_RETURN, '\r');
  }

  /** What a prefix stands for here. */
  namespaceOf(prefix: string): string | undefined {
    if (prefix === 'xml') return XML_NAMESPACE;
    // oxlint-disable-next-line typescript/no-this-alias -- a walk up the tree
    for (let at: XmlElement | undefined = this; at !== undefined; at = at.parent) {
      const uri = at.tag().declared.get(prefix);
      if (uri !== undefined) return uri;
    }
    return undefined;
  }

  private tag() {
    if (this.own !== undefined) return this.own;
    const written: { name: string; value: string }[] = [];
    // Sticky: a tag full of blanks is walked once, not once from every blank.
    const attribute = /\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/y;
    attribute.lastIndex = this.start + 1 + this.name.length;
    for (let hit = attribute.exec(this.source); hit !== null; hit = attribute.exec(this.source)) {
      written.push({ name: hit[1] as string, value: attributeValue((hit[2] as string).slice(1, -1)) });
    }
    const declared = new Map<string, string>();
    for (const { name, value } of written) {
      if (name === 'xmlns') declared.set('', value);
      else if (name.startsWith('xmlns:')) declared.set(name.slice(6), value);
    }
    this.own = { attributes: [], declared };
    const attributes = written
      .filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'))
      .map(({ name, value }) => {
        const colon = name.indexOf(':');
        const prefix = colon < 0 ? '' : name.slice(0, colon);
        const namespace = colon < 0 ? '' : (this.namespaceOf(prefix) ?? '');
        return { prefix, localName: name.slice(colon + 1), namespace, value };
      });
    this.own = { attributes, declared };
    return this.own;
  }
}

/** A written `&#13;` survives the normalisation of line ends; a private-use mark carries it through. */
const CARRIAGE_RETURN = '\uf8fd\uf8fe\uf8fd';

function dereferenced(text: string, carriageReturn = CARRIAGE_RETURN): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return PREDEFINED[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code === 13) return carriageReturn;
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** XML 1.0 §3.3.3 for attributes of type CDATA: written white space is a blank, referenced white space stays. */
function attributeValue(written: string): string {
  return dereferenced(written.replace(/\r\n/g, '\n').replace(/[\t\n\r]/g, ' '), '\r');
}
