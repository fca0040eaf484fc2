import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { judged } from '@antin/testkit/judging/documents';
import { checkOffice } from '@antin/testkit/ooxml/checking';
import { libreofficeDocument, libreofficeVerify, libreofficeVersion } from '@antin/testkit/ooxml/libreoffice';
import { bytesOf, packed, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { openOoxml } from './package.ts';
import type { SignOoxmlOptions } from './sign.ts';
import { signOoxml } from './sign.ts';

const pki = testPki();
const epes: SignOoxmlOptions = { door, level: 'XAdES-EPES', signingTime: pki.now };
const stamped: SignOoxmlOptions = {
  ...epes,
  level: 'XAdES-T',
  timeStamp: (hash) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now)),
};
const sign = async (bytes: Uint8Array, who: string, how: SignOoxmlOptions) =>
  bytesOf(await signOoxml(openOoxml(memorySource(bytes), { inflateRaw }), pki.signingKey(who), how));

/** LibreOffice 7.4 writes an ampersand of a target unescaped before it digests the relationships, and then cannot read them. */
const letter = { ...smallPackage('docx') };
letter['word/_rels/document.xml.rels'] = String(letter['word/_rels/document.xml.rels']).replace('&amp;b=2', '');

describe.skipIf(libreofficeVersion === undefined)('LibreOffice as the second opinion', () => {
  const files: Record<string, Uint8Array> = {};
  let answers: ReturnType<typeof libreofficeVerify>;

  beforeAll(async () => {
    const real = libreofficeDocument(
      '<h1>QUYẾT ĐỊNH</h1><p>Điều 1. <a href="https://example.vn/">cổng</a></p><table><tr><td>1</td></tr></table>',
    );
    files['real.docx'] = await sign(real, 'leader', epes);
    files['real, stamped, RSA.docx'] = await sign(real, 'leaderRsa', stamped);
    files['small.xlsx'] = await sign(packed(smallPackage('xlsx')), 'leader', stamped);
    files['small.pptx'] = await sign(packed(smallPackage('pptx')), 'leaderRsa', epes);
    // Two: LibreOffice 7.4 refuses a third one, also where Apache POI made all of them.
    files['two signers.docx'] = await sign(await sign(packed(letter), 'leader', stamped), 'leaderRsa', stamped);
    files['changed.xlsx'] = packed({ ...unpacked(files['small.xlsx']), 'xl/worksheets/sheet1.xml': '<a/>' });
    files['relation changed.docx'] = packed({
      ...unpacked(files['two signers.docx']),
      'word/_rels/document.xml.rels': String(letter['word/_rels/document.xml.rels']).replace('example.vn', 'example.org'),
    });
    files['unsigned.docx'] = real;
    answers = libreofficeVerify(files);
  }, 300_000);

  it('calls every signature of ours valid, and what is changed broken', () => {
    expect(answers).toEqual({
      'real.docx': [true],
      'real, stamped, RSA.docx': [true],
      'small.xlsx': [true],
      'small.pptx': [true],
      'two signers.docx': [true, true],
      'changed.xlsx': [false],
      'relation changed.docx': [false, false],
      'unsigned.docx': [],
    });
  });

  it('and so do we', () => {
    const ours = (name: string, ...who: string[]) =>
      checkOffice(files[name]!, ...who.map((one) => pki.certificate(one))).map((finding) => finding.holds);
    expect(ours('real.docx', 'leader')).toEqual([true]);
    expect(ours('real, stamped, RSA.docx', 'leaderRsa')).toEqual([true]);
    expect(ours('changed.xlsx', 'leader')).toEqual([false]);
    expect(ours('relation changed.docx', 'leader', 'leaderRsa')).toEqual([false, false]);
    expect(ours('unsigned.docx')).toEqual([]);
    const verdicts = Object.entries(files).map(([name, bytes]) => [name, judged(bytes, pki).verdict]);
    expect(Object.fromEntries(verdicts)).toEqual({
      'real.docx': 'valid',
      'real, stamped, RSA.docx': 'valid',
      'small.xlsx': 'valid',
      'small.pptx': 'valid',
      'two signers.docx': 'valid',
      'changed.xlsx': 'invalid',
      'relation changed.docx': 'invalid',
      'unsigned.docx': 'unsigned',
    });
  });
});
