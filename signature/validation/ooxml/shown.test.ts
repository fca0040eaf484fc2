import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { concatBytes, fromUtf8, latin1, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { rebuilt } from '@antin/testkit/attacks/zip';
import { contextOf, letter } from '@antin/testkit/judging/documents';
import type { Items } from '@antin/testkit/ooxml/packages';
import { bytesOf, packed, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { openOoxml } from '../../ooxml/package.ts';
import { signOoxml } from '../../ooxml/sign.ts';
import { sentenceFor } from '../../words/sentence.ts';
import { validate } from '../validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const sign = async (items: Items): Promise<Uint8Array> =>
  bytesOf(
    await signOoxml(openOoxml(memorySource(packed(items)), { inflateRaw }), pki.signingKey('leader'), {
      door,
      level: 'XAdES-EPES',
      signingTime: pki.now,
    }),
  );
const judge = (bytes: Uint8Array): string => {
  const { report } = validate(memorySource(bytes), contextOf(pki, pki.now + 600_000));
  expect(sentenceFor(report, 'vi').heading).not.toMatch(/bước kiểm tra "/);
  return [report.verdict, report.decidedBy].filter(Boolean).join(' ');
};
const base = smallPackage('docx');
const SIGNATURE = '_xmlsignatures/sig1.xml';

let signed: Record<string, Uint8Array>;
beforeAll(async () => {
  signed = unpacked(await sign(base));
});
function changed(items: Items, name: string, from: string, to: string): Uint8Array {
  const before = items[name]!;
  const text = typeof before === 'string' ? before : fromUtf8(before);
  expect(text).toContain(from);
  return packed({ ...items, [name]: text.replace(from, () => to) });
}

describe('a signature part with more in it than was signed', () => {
  const END = '</Signature>';
  it.each([
    ['an image for the signature line', END, `<Object Id="idValidSigLnImg">AAAA</Object>${END}`],
    [
      'another purpose of signing',
      END,
      `<Object><SignatureProperties><SignatureProperty Id="x" Target="#idPackageSignature"><SignatureInfoV1 xmlns="http://schemas.microsoft.com/office/2006/digsig"><SignatureComments>khác</SignatureComments></SignatureInfoV1></SignatureProperty></SignatureProperties></Object>${END}`,
    ],
    ['something strange in KeyInfo', '<KeyInfo>', '<KeyInfo><x xmlns="urn:x">khác</x>'],
  ])('never passes: %s', (_, from, to) => {
    expect(judge(packed(signed))).toBe('valid');
    expect(judge(changed(signed, SIGNATURE, from, to))).toBe('indeterminate xml.unsigned-object');
  });

  it('nor with a style sheet', () => {
    const styled = changed(signed, SIGNATURE, '<Signature ', '<?xml-stylesheet href="x"?><Signature ');
    expect(judge(styled)).toBe('indeterminate xml.unsigned-instruction');
  });
});

describe('properties that the document shows', () => {
  const shows = (inside: string): Items => ({
    ...base,
    'word/document.xml': (base['word/document.xml'] as string).replace('<w:body>', `<w:body>${inside}`),
  });
  const run = (text: string) => `<w:r><w:instrText xml:space="preserve">${text}</w:instrText></w:r>`;
  const bound =
    '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/ns1:coreProperties[1]/ns0:title[1]" w:storeItemID="{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>';
  const CORE = 'docProps/core.xml';

  it.each([
    ['by a content control', bound],
    ['by a field', '<w:p><w:fldSimple w:instr=" TITLE "><w:r><w:t>Công văn</w:t></w:r></w:fldSimple></w:p>'],
    ['by a field of any name', "<w:p><w:fldSimple w:instr=' DOCPROPERTY  Title \\* MERGEFORMAT '/></w:p>"],
    ['by a field cut into runs', `<w:p>${run(' TI')}${run('TLE ')}</w:p>`],
    ['by a field in letters written as numbers', `<w:p>${run('&#84;ITLE')}</w:p>`],
  ])('are signed with it, so that a change fails: %s', async (_, inside) => {
    const items = unpacked(await sign(shows(inside)));
    expect(judge(packed(items))).toBe('valid');
    expect(fromUtf8(items[SIGNATURE]!)).toContain(`/${CORE}?`);
    expect(judge(changed(items, CORE, 'Công văn', 'Quyết định'))).toBe('invalid integrity.digest');
  });

  it('are signed where a link starts from them', async () => {
    const link = (target: string) => ({
      ...base,
      'word/_rels/document.xml.rels': (base['word/_rels/document.xml.rels'] as string).replace('https://example.vn/', target),
    });
    const items = unpacked(await sign(link('bieu-mau.html')));
    expect(judge(packed(items))).toBe('valid');
    expect(
      judge(changed(items, 'docProps/app.xml', '<Application>', '<HyperlinkBase>http://khac.test/</HyperlinkBase><Application>')),
    ).toBe('invalid integrity.digest');
    const whole = unpacked(await sign(link('https://example.org/')));
    expect(judge(changed(whole, 'docProps/app.xml', 'Antin', 'Khác'))).toBe('valid');
  });

  it.each([
    ['where nothing shows them', '', 'valid'],
    ['where a control shows them', bound, 'indeterminate ooxml.not-covered'],
    ['where a field shows them', `<w:p>${run(' TITLE ')}</w:p>`, 'indeterminate ooxml.not-covered'],
  ])('put in afterwards, %s: %s', async (_, inside, expected) => {
    const { [CORE]: core, ...rest } = shows(inside);
    const relations = base['_rels/.rels'] as string;
    const without = relations.replace(/<Relationship Id="rId2"[^>]*>/, '');
    expect(without).not.toBe(relations);
    const items = unpacked(await sign({ ...rest, '_rels/.rels': without }));
    expect(judge(packed(items))).toBe('valid');
    const put = /<Relationship Id="rId2"[^>]*>/.exec(relations)![0];
    const added = changed({ ...items, [CORE]: core! }, '_rels/.rels', '</Relationships>', `${put}</Relationships>`);
    expect(judge(added)).toBe(expected);
  });

  it('and those that it does not show may be saved again; addresses and numbers of pages show none', async () => {
    const inside = `<w:p>${run(' HYPERLINK "mailto:info@vn" ')}${run(' NUMPAGES ')}</w:p>`;
    const items = unpacked(await sign(shows(inside)));
    expect(judge(changed(items, CORE, 'Công văn', 'Quyết định'))).toBe('valid');
  });

  it('are looked for in time, whatever is written', async () => {
    const many = await sign(shows(`<w:p>${run('x'.repeat(10) + ' :instr= instrText'.repeat(100_000))}</w:p>`));
    const start = process.cpuUsage();
    expect(judge(many)).toBe('valid');
    expect(processorSince(start)).toBeLessThan(5000);
  });
});

describe('an Office file that is a PDF as well', () => {
  const refused = 'indeterminate ooxml.two-formats';
  const pdf = letter();
  it('never passes: in an item nobody signs, an extra field, properties or the comment', () => {
    const file = packed(signed);
    expect(judge(rebuilt(file, (entries) => entries))).toBe('valid');
    expect(judge(rebuilt(file, (entries) => [{ name: '[trash]/0.dat', data: pdf }, ...entries]))).toBe(refused);
    const extra = concatBytes(Uint8Array.of(0x99, 0x99, pdf.length & 255, pdf.length >> 8), pdf);
    expect(judge(rebuilt(file, ([first, ...rest]) => [{ ...first!, extra }, ...rest]))).toBe(refused);
    expect(judge(rebuilt(file, (entries) => entries, { comment: 'startxref 7' }))).toBe(refused);
    const core = utf8(`<!--${String.fromCharCode(...pdf.filter((byte) => byte < 128))}-->`);
    const first = (entries: { name: unknown }[]) => entries.findIndex((one) => one.name === 'docProps/core.xml');
    const moved = rebuilt(file, (entries) => {
      const [held] = entries.splice(first(entries), 1);
      return [{ ...held!, data: core }, ...entries];
    });
    expect(judge(moved)).toBe(refused);
  });

  it('passes where the PDF is a part that was signed', async () => {
    const embedded = unpacked(
      await sign({
        ...base,
        '[Content_Types].xml': (base['[Content_Types].xml'] as string).replace(
          '</Types>',
          '<Default Extension="pdf" ContentType="application/pdf"/></Types>',
        ),
        'word/a.pdf': latin1('%PDF-1.7 x'),
      }),
    );
    const file = rebuilt(packed(embedded), (entries) => [
      ...entries.filter((one) => one.name === 'word/a.pdf').map(({ name, data }) => ({ name, data })),
      ...entries.filter((one) => one.name !== 'word/a.pdf'),
    ]);
    expect(judge(file)).toBe('valid');
  });
});
