import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { fromUtf8, utf8 } from '../bytes/bytes.ts';
import { base64Binary } from './base64.ts';
import { C14N, canonicalize } from './canonicalize.ts';
import type { CanonicalForm, CanonicalPart } from './canonicalize.ts';
import { parseXml, parseXmlText, withXml } from './document.ts';
import { XML_BUDGET } from './scan.ts';
import { element } from './write.ts';

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const canonical = (text: string, form: CanonicalForm, part?: (tree: ReturnType<typeof parseXmlText>) => CanonicalPart) =>
  withXml(text, (tree) => fromUtf8(canonicalize(tree, form, part?.(tree))));

describe('a document is refused before parsing', () => {
  it.each([
    ['an external DTD', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'],
    ['a DTD behind a comment and an instruction', '<?xml version="1.0"?><!-- x --><?p q?><!DOCTYPE a><a/>'],
    ['a DTD in small letters', '<!doctype a><a/>'],
  ])('with %s', (_, text) => expect(() => parseXmlText(text)).toThrow(code('xml.dtd-refused')));

  it('with a DTD in UTF-16, which a byte scan would not see', () => {
    const text = '\ufeff<!DOCTYPE a SYSTEM "http://x/"><a/>';
    const wide = new Uint8Array(new Uint16Array([...text].map((c) => c.charCodeAt(0))).buffer);
    expect(() => parseXml(wide)).toThrow(code('xml.dtd-refused'));
  });

  it.each([
    ['<a>', 'xml.damaged'],
    ['<a></b>', 'xml.damaged'],
    ['<a x="1" x="2"/>', 'xml.damaged'],
    ['<a>&nbsp;</a>', 'xml.damaged'],
    ['<a/><b/>', 'xml.damaged'],
    ['', 'xml.damaged'],
    ['<a b="<!DOCTYPE"/>', 'xml.damaged'],
    ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'xml.encoding'],
    [`${'<a>'.repeat(201)}${'</a>'.repeat(201)}`, 'xml.too-deep'],
  ])('%#', (text, expected) => expect(() => parseXml(utf8(text))).toThrow(code(expected)));

  it('over its budgets', () => {
    expect(() => parseXml(utf8('<a/>'), { ...XML_BUDGET, bytes: 3 })).toThrow(code('xml.too-large'));
    expect(() => parseXml(utf8('<a><b/></a>'), { ...XML_BUDGET, elements: 1 })).toThrow(code('xml.too-many-elements'));
    expect(() => parseXml(Uint8Array.of(0x3c, 0x61, 0xff, 0x2f, 0x3e))).toThrow(code('xml.encoding'));
  });

  it('but a document type in a comment, a CDATA section or a value is only text', () => {
    const text = '<a x="&lt;!DOCTYPE a>"><!-- <!DOCTYPE b> --><![CDATA[<!DOCTYPE c>]]></a>';
    withXml(text, ({ root }) => expect(root.text).toBe('<!DOCTYPE c>'));
  });
});

describe('the tree', () => {
  const text = `<?xml version="1.0"?>\r\n<a xmlns="urn:a" xmlns:p="urn:p"><p:b Id='x>y' p:c="1&#10;2"/><!-- <c/> --><c>m<!-- cut -->ột&amp;<![CDATA[<2>]]>\r\n</c></a>`;

  it('knows names, namespaces, values and where everything stands', () => {
    withXml(utf8(`\ufeff${text}`), ({ root, elements, text: same }) => {
      expect(same).toBe(text);
      expect(elements.map((one) => [one.namespace, one.localName])).toEqual([
        ['urn:a', 'a'],
        ['urn:p', 'b'],
        ['urn:a', 'c'],
      ]);
      const [b, c] = root.children;
      expect(b?.attribute('Id')).toBe('x>y');
      expect(b?.attribute('c', 'urn:p')).toBe('1\n2');
      expect(b?.attribute('c')).toBeUndefined();
      expect(text.slice(c?.start, c?.openEnd)).toBe('<c>');
      expect(text.slice(c?.closeStart, c?.end)).toBe('</c>');
    });
  });

  it('reads a value whole although a comment cuts it', () => {
    withXml(text, ({ root }) => expect(root.child('urn:a', 'c')?.text).toBe('một&<2>\n'));
  });

  it('refuses to choose between two children of one name', () => {
    withXml('<a><b/><b/></a>', ({ root }) => expect(() => root.child('', 'b')).toThrow(code('xml.child-repeated')));
  });
});

describe('canonical forms', () => {
  const text = '<?p?><a xmlns="urn:a" xmlns:q="urn:q" xml:lang="vi"><b z="1" a="2"><!-- c --><q:c/></b><s><d/></s></a>';
  const b = { apex: 1 };
  const part =
    ({ apex }: { apex: number }) =>
    (tree: ReturnType<typeof parseXmlText>) => ({ apex: tree.elements[apex]! });

  it('of a subtree: inclusive brings the context, exclusive only what is used, 1.1 does not inherit xml:id', () => {
    expect(canonical(text, C14N.inclusive, part(b))).toBe(
      '<b xmlns="urn:a" xmlns:q="urn:q" a="2" z="1" xml:lang="vi"><q:c></q:c></b>',
    );
    expect(canonical(text, C14N.exclusive, part(b))).toBe('<b xmlns="urn:a" a="2" z="1"><q:c xmlns:q="urn:q"></q:c></b>');
    expect(canonical(text, C14N.exclusiveWithComments, part(b))).toContain('<!-- c -->');
    const ids = '<a xml:id="i"><b/></a>';
    expect(canonical(ids, C14N.inclusive, part(b))).toBe('<b xml:id="i"></b>');
    expect(canonical(ids, C14N.inclusive11, part(b))).toBe('<b></b>');
  });

  it('with a prefix list, without comments that were not selected', () => {
    expect(canonical(text, C14N.exclusive, (tree) => ({ apex: tree.elements[1]!, inclusivePrefixes: ['q'] }))).toContain(
      '<b xmlns="urn:a" xmlns:q="urn:q"',
    );
    expect(canonical(text, C14N.exclusiveWithComments, () => ({ dropComments: true }))).not.toContain('<!--');
  });

  it('of the whole without some elements, as if they had never been there', () => {
    const without = (tree: ReturnType<typeof parseXmlText>) => ({ without: [tree.elements[3]!, tree.elements[4]!] });
    expect(canonical(text, C14N.inclusive, without)).toBe(canonical(text.replace('<s><d/></s>', ''), C14N.inclusive));
    expect(canonical(text, C14N.inclusive, (tree) => ({ without: [tree.root] }))).toBe('');
    expect(canonical(text, C14N.inclusive, (tree) => ({ apex: tree.elements[4]!, without: [tree.elements[3]!] }))).toBe('');
  });

  it('do not exist for relative namespaces', () => {
    expect(() => canonical('<a xmlns="rel"/>', C14N.inclusive)).toThrow(code('xml.not-canonicalizable'));
  });

  it('of what the writer writes is what was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ maxLength: 40 }), (value, inner) => {
        let made: string;
        try {
          made = element('a', { b: value }, element('c', {}, inner), inner).xml;
        } catch {
          return; // a character XML cannot carry
        }
        expect(canonical(made, C14N.inclusive)).toBe(made);
        withXml(made, ({ root }) => {
          expect(root.attribute('b')).toBe(value);
          expect(root.children[0]?.text).toBe(inner);
        });
      }),
      { numRuns: 200 },
    );
    expect(() => element('a', {}, '\u0001')).toThrow(code('xml.character'));
  });
});

it('base64 text has one alphabet and its padding', () => {
  expect(base64Binary(' AA\nE= ')).toEqual(Uint8Array.of(0, 1));
  for (const bad of ['AAE', 'A_E=', 'AA-E']) expect(() => base64Binary(bad)).toThrow(code('base64.damaged'));
});
