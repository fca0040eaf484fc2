/**
 * A second reading of XML and of exclusive canonicalisation, written apart from `formats/xml` and libxml2 so that both can be
 * wrong only in different ways. Knows what our own documents contain: no DTD, no entities but the five, UTF-8.
 */
export interface SmallElement {
  readonly kind: 'element';
  readonly name: string;
  /** As written, namespace declarations among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly parent: SmallElement | undefined;
  readonly children: (SmallElement | string)[];
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;

export function readSmallXml(bytes: Uint8Array): SmallElement {
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
  let root: SmallElement | undefined;
  let at: SmallElement | undefined;
  for (const [, cdata, closed, opened, written = '', empty, plain] of text.matchAll(TOKEN)) {
    if (cdata !== undefined) at?.children.push(cdata);
    else if (plain !== undefined) at?.children.push(unescaped(plain));
    else if (closed !== undefined) at = at?.parent;
    else if (opened !== undefined) {
      const attributes = new Map(
        [...written.matchAll(/\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g)].map(([, name, value]) => [
          name as string,
          unescaped((value as string).slice(1, -1).replace(/[\t\n]/g, ' ')),
        ]),
      );
      const element: SmallElement = { kind: 'element', name: opened, attributes, parent: at, children: [] };
      at?.children.push(element);
      root ??= element;
      if (empty === '') at = element;
    }
  }
  if (root === undefined || at !== undefined) throw new Error('not a whole document');
  return root;
}

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(/&(#x?)?(\w+);/g, (_, number: string | undefined, word: string) =>
    number === undefined ? (named[word] as string) : String.fromCodePoint(Number.parseInt(word, number === '#' ? 10 : 16)),
  );
}

export function namespaceOf(element: SmallElement | undefined, prefix: string): string {
  for (let at = element; at !== undefined; at = at.parent) {
    const found = at.attributes.get(prefix === '' ? 'xmlns' : `xmlns:${prefix}`);
    if (found !== undefined) return found;
  }
  return '';
}

export function isNamed(element: SmallElement, namespace: string, localName: string): boolean {
  const [local, prefix = ''] = element.name.split(':').reverse();
  return local === localName && namespaceOf(element, prefix) === namespace;
}

export function elementsIn(root: SmallElement): SmallElement[] {
  return [root, ...root.children.flatMap((one) => (typeof one === 'string' ? [] : elementsIn(one)))];
}

export function childNamed(element: SmallElement, namespace: string, localName: string): SmallElement | undefined {
  return element.children.find((one): one is SmallElement => typeof one !== 'string' && isNamed(one, namespace, localName));
}

export function textIn(element: SmallElement): string {
  return element.children.map((one) => (typeof one === 'string' ? one : textIn(one))).join('');
}

/** Exclusive XML Canonicalization 1.0 without comments and without prefix list; `skip` leaves elements out. */
export function exclusiveForm(
  element: SmallElement,
  skip: (one: SmallElement) => boolean = () => false,
  written: ReadonlyMap<string, string> = new Map(),
): string {
  if (skip(element)) return '';
  const own = [...element.attributes].filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  const used = new Set([prefixOf(element.name), ...own.map(([name]) => prefixOf(name)).filter((prefix) => prefix !== '')]);
  const scope = new Map(written);
  let tag = `<${element.name}`;
  for (const prefix of [...used].filter((one) => one !== 'xml').sort()) {
    const uri = namespaceOf(element, prefix);
    if ((scope.get(prefix) ?? '') === uri) continue;
    scope.set(prefix, uri);
    tag += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escaped(uri, /[&<"\t\n\r]/g)}"`;
  }
  const place = (name: string) =>
    name.includes(':') ? `${namespaceOf(element, prefixOf(name))}\u0001${name.split(':')[1]}` : name;
  const order = ([a]: readonly [string, string], [b]: readonly [string, string]) => {
    if (a.includes(':') !== b.includes(':')) return a.includes(':') ? 1 : -1;
    return place(a) < place(b) ? -1 : 1;
  };
  for (const [name, value] of own.sort(order)) tag += ` ${name}="${escaped(value, /[&<"\t\n\r]/g)}"`;
  const inner = element.children.map((one) =>
    typeof one === 'string' ? escaped(one, /[&<>\r]/g) : exclusiveForm(one, skip, scope),
  );
  return `${tag}>${inner.join('')}</${element.name}>`;
}

function prefixOf(name: string): string {
  return name.includes(':') ? (name.split(':')[0] as string) : '';
}

const REFERENCES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function escaped(text: string, which: RegExp): string {
  return text.replace(which, (c) => REFERENCES[c] as string);
}
