import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { fromUtf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { contextOf } from '@antin/testkit/judging/documents';
import type { Items, PackageKind } from '@antin/testkit/ooxml/packages';
import { bytesOf, packed, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { openOoxml } from '../../ooxml/package.ts';
import type { SignOoxmlOptions } from '../../ooxml/sign.ts';
import { signOoxml } from '../../ooxml/sign.ts';
import { sentenceFor } from '../../words/sentence.ts';
import type { ValidationContext } from '../types.ts';
import { validate } from '../validate.ts';
import { processorSince } from '@antin/testkit/processor-time';

const pki = testPki();
const MINUTE = 60_000;
const KINDS: readonly PackageKind[] = ['docx', 'xlsx', 'pptx'];
const epes: SignOoxmlOptions = { door, level: 'XAdES-EPES', signingTime: pki.now };
const stamped: SignOoxmlOptions = {
  ...epes,
  level: 'XAdES-T',
  timeStamp: (hash) => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now + MINUTE)),
};
const sign = async (bytes: Uint8Array, who: string, how = epes, file = openOoxml(memorySource(bytes), { inflateRaw })) =>
  bytesOf(await signOoxml(file, pki.signingKey(who), how));
const judge = (bytes: Uint8Array, at = pki.now + 10 * MINUTE, more: Partial<ValidationContext> = {}) =>
  validate(memorySource(bytes), contextOf(pki, at, { inflateRaw, ...more })).report;

let signed: Record<string, Uint8Array>;
beforeAll(async () => {
  signed = unpacked(await sign(packed(smallPackage('docx')), 'leader'));
});
const edited = (name: string, from: string | RegExp, to: string): Items => {
  const before = fromUtf8(signed[name]!);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return { ...signed, [name]: after };
};

describe('an Office file that is as it was signed', () => {
  it.each(KINDS)('%s: passes, names what it covers, and says why it is no baseline signature', async (kind) => {
    for (const [how, form, from] of [
      [epes, 'XAdES-EPES', 'validation-time'],
      [stamped, 'XAdES-T', 'time-stamp'],
    ] as const) {
      const report = judge(await sign(packed(smallPackage(kind)), 'leader', how));
      expect(report, JSON.stringify(report, null, 1)).toMatchObject({ verdict: 'valid', format: 'OOXML', errors: [] });
      const [one] = report.signatures;
      expect(one).toMatchObject({
        ...{ format: 'OOXML', level: null, indication: 'TOTAL_PASSED', coverage: 'file', warnings: [] },
        ...{ signatureFile: '_xmlsignatures/sig1.xml', bestSignatureTimeFrom: from },
        claimedSigningTime: new Date(pki.now).toISOString(),
      });
      expect(one!.levelFailures[0]).toMatchObject({ code: 'ooxml.no-baseline' });
      expect(one!.levelFailures[0]!.message).toContain(`${form},`);
      expect(one!.levelFailures.length).toBeGreaterThan(1);
      expect(one!.covers!.every((part) => part.intact === true)).toBe(true);
      expect(one!.covers!.length).toBeGreaterThan(2);
    }
  });

  it('by two signers, the second over a file with the first', async () => {
    const report = judge(await sign(packed(signed), 'seal', stamped));
    expect(report).toMatchObject({ verdict: 'valid' });
    expect(report.signatures.map((one) => [one.id, one.signatureFile])).toEqual([
      ['signature-1', '_xmlsignatures/sig1.xml'],
      ['signature-2', '_xmlsignatures/sig2.xml'],
    ]);
  });

  it('unsigned is unsigned; one that cannot be opened is neither', () => {
    expect(judge(packed(smallPackage('docx')))).toMatchObject({ verdict: 'unsigned', signatures: [] });
    const broken = { ...smallPackage('docx'), '_rels/.rels': '<a/>' };
    expect(judge(packed(broken))).toMatchObject({ verdict: 'indeterminate', decidedBy: 'ooxml.relationships' });
  });

  it('properties that somebody saved again change nothing', () => {
    expect(judge(packed(edited('docProps/core.xml', 'Công văn', 'Khác')))).toMatchObject({ verdict: 'valid' });
  });

  it('signed by a revoked certificate: indeterminate or failed, never passed', async () => {
    const report = judge(await sign(packed(smallPackage('docx')), 'revoked'));
    expect(report.verdict).not.toBe('valid');
    expect(report.signatures[0]!.decidedBy).toMatch(/revo/);
  });
});

describe('an Office file that is not', () => {
  it.each([
    ['a changed part', 'word/document.xml', 'Kính', 'Cung'],
    ['a changed relationship', 'word/_rels/document.xml.rels', 'styles.xml', 'style2.xml'],
    ['a changed content type', '[Content_Types].xml', 'document.main+xml', 'template.main+xml'],
    ['a changed manifest', '_xmlsignatures/sig1.xml', /(styles\+xml".*?<DigestValue>)..../s, '$1AAAA'],
    ['a changed time', '_xmlsignatures/sig1.xml', '<xd:SigningTime>2026', '<xd:SigningTime>2025'],
  ])('%s: HASH_FAILURE', (_, name, from, to) => {
    const report = judge(packed(edited(name, from, to)));
    expect(report).toMatchObject({ verdict: 'invalid', signatures: [{ subIndication: 'HASH_FAILURE' }] });
  });

  it('a part taken out: HASH_FAILURE, because the package is all there is', () => {
    const { 'word/styles.xml': _, ...without } = signed;
    expect(judge(packed(without))).toMatchObject({ verdict: 'invalid', signatures: [{ subIndication: 'HASH_FAILURE' }] });
  });

  it('a changed value: SIG_CRYPTO_FAILURE', () => {
    const report = judge(packed(edited('_xmlsignatures/sig1.xml', /(<SignatureValue>)..../, '$1AAAA')));
    expect(report).toMatchObject({ verdict: 'invalid', signatures: [{ subIndication: 'SIG_CRYPTO_FAILURE' }] });
  });

  it('a part and a relationship put in afterwards (content injection): each digest is right, and it does not pass', () => {
    const more =
      '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="more.xml"/></Relationships>';
    const items = { ...edited('word/_rels/document.xml.rels', '</Relationships>', more), 'word/more.xml': '<a/>' };
    const report = judge(packed(items));
    expect(report).toMatchObject({ verdict: 'indeterminate', decidedBy: 'ooxml.not-covered' });
    expect(report.signatures[0]).toMatchObject({ intact: true, coverage: 'part' });
    expect(report.errors.map((one) => one.message)).toEqual([
      '"/word/more.xml" is not covered by signature-1',
      '"/word/document.xml#rId99" is not covered by signature-1',
    ]);
  });

  it('a signer after such a change does not make the first signature cover it', async () => {
    const both = await sign(packed({ ...signed, 'word/more.xml': '<a/>' }), 'seal');
    const report = judge(both);
    expect(report).toMatchObject({ verdict: 'indeterminate', decidedBy: 'ooxml.not-covered' });
    expect(report.signatures.map((one) => one.coverage)).toEqual(['part', 'file']);
  });

  it.each([
    ['a manifest that SignedInfo does not name', '_xmlsignatures/sig1.xml', 'URI="#idPackageObject"', 'URI="#idOfficeObject"'],
    [
      'two package objects',
      '_xmlsignatures/sig1.xml',
      '<Object Id="idOfficeObject">',
      '<Object Id="idPackageObject"/><Object Id="idOfficeObject">',
    ],
    ['a hidden signature', '_xmlsignatures/_rels/origin.sigs.rels', /<Relationship .*<\/Relationship>/, ''],
    ['two rules for one type', '[Content_Types].xml', '</Types>', '<Default Extension="XML" ContentType="a/b"/></Types>'],
    [
      'a reference that leaves the package',
      '_xmlsignatures/sig1.xml',
      'URI="/word/styles.xml',
      'URI="https://example.org/styles.xml',
    ],
  ])('%s never passes', (_, name, from, to) => {
    const report = judge(packed(edited(name, from, to)));
    expect(report).toMatchObject({ verdict: 'invalid', signatures: [{ indication: 'TOTAL_FAILED' }] });
  });

  it('two entries of one name, and compressed entries that nobody can open here', () => {
    const bytes = packed({ ...signed, 'word/stylez.xml': '<a/>' });
    const name = new TextEncoder().encode('word/stylez.xml');
    for (let at = 0; at + name.length <= bytes.length; at++) {
      if (name.every((byte, i) => bytes[at + i] === byte)) bytes[at + 10] = 's'.charCodeAt(0);
    }
    expect(judge(bytes)).toMatchObject({ verdict: 'invalid', decidedBy: 'zip.duplicate' });
  });
});

describe('what is said about it', () => {
  it.each(['vi', 'en'] as const)(
    'in %s: content that was put in is not called signed, names inside the file are kept back',
    (language) => {
      const said = sentenceFor(judge(packed({ ...signed, 'word/more.xml': '<a/>' })), language);
      expect(said.answers.changed).toMatchObject({ tone: 'doubt' });
      expect(JSON.stringify(said)).toContain('Office');
      expect(JSON.stringify(said.answers)).not.toContain('word/');
      expect(sentenceFor(judge(packed(signed)), language)).toMatchObject({
        tone: 'good',
        answers: { changed: { tone: 'good' } },
      });
    },
  );
});

describe('what is built to cost much', () => {
  const short = (run: () => unknown): void => {
    const start = process.cpuUsage();
    run();
    expect(processorSince(start)).toBeLessThan(5000);
  };

  it('a manifest that names one list of relationships a thousand times is limited', () => {
    const reference = /<Reference URI="\/word\/_rels.*?<\/Reference>/s.exec(fromUtf8(signed['_xmlsignatures/sig1.xml']!))![0];
    const many = edited('_xmlsignatures/sig1.xml', reference, reference.repeat(1500));
    short(() => expect(judge(packed(many)).verdict).not.toBe('valid'));
  });

  it('lists of relationships beyond the budget are not read, and it is said', () => {
    const one = '<Relationship Id="a" Type="b" Target="c"/>';
    const list = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${' '.repeat(5 << 20)}${one}</Relationships>`;
    const items = { ...signed, 'word/_rels/styles.xml.rels': list, 'word/_rels/other.xml.rels': list };
    short(() => expect(judge(packed(items))).toMatchObject({ verdict: 'indeterminate', decidedBy: 'ooxml.too-large' }));
  });
});
