import fc from 'fast-check';
import { expect, it } from 'vitest';
import { elementsIn, exclusiveForm, readSmallXml, textIn } from '@antin/testkit/archive-imprint/small-xml';
import type { SmallElement } from '@antin/testkit/archive-imprint/small-xml';
import { fromUtf8, utf8 } from '../bytes/bytes.ts';
import { C14N, canonicalize } from './canonicalize.ts';
import { withXml } from './document.ts';
import type { XmlElement } from './element.ts';

const name = fc.constantFrom('a', 'p:b', 'q:c', 'd');
const data = ['x', '&amp;', 'ế', '&#13;', '\r\n', ']]&gt;', '<![CDATA[<&>]]>', '<!-- c -->', '&#x1F600;', '"', "'"];
const attributes = fc.uniqueArray(
  fc.constantFrom(
    ...[' z="1"', ' p:z="&lt;&#10;"', ` q:y='"'`, ' xmlns:p="urn:other"', ' xmlns="urn:d"', ' xmlns=""', ' xml:lang="vi"'],
  ),
  { maxLength: 3, selector: (one) => one.split('=')[0] },
);
const { node } = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...data),
    fc
      .tuple(name, attributes, fc.array(tie('node'), { maxLength: 3 }))
      .map(([tag, own, inner]) =>
        inner.length === 0 ? `<${tag}${own.join('')}/>` : `<${tag}${own.join('')}>${inner.join('')}</${tag}>`,
      ),
  ),
}));

it('a second reading, written apart, finds the same elements, the same text and the same exclusive form', () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), fc.nat(), (parts, n) => {
      const text = `<r xmlns:p="urn:p" xmlns:q="urn:q">${parts.join('')}</r>`;
      const second = elementsIn(readSmallXml(utf8(text)));
      withXml(text, (tree) => {
        expect(tree.elements.map((one) => one.name)).toEqual(second.map((one) => one.name));
        const ours = tree.elements[n % second.length] as XmlElement;
        const theirs = second[n % second.length] as SmallElement;
        expect(ours.text).toBe(textIn(theirs));
        expect(fromUtf8(canonicalize(tree, C14N.exclusive, { apex: ours }))).toBe(exclusiveForm(theirs));
      });
    }),
    { numRuns: 400 },
  );
});
