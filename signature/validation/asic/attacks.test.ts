import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { concatBytes, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { signAsic } from '@antin/signature/asic/sign';
import { entriesOf, plus, rebuilt, renamed, withData, without, zip } from '@antin/testkit/attacks/zip';
import type { Change, Entry } from '@antin/testkit/attacks/zip';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sentenceFor } from '../../words/sentence.ts';
import { UnsupportedFile, validate } from '../validate.ts';
import { pki, FORMS, LETTER, ANNEX, TEXTS, bytesOf, sign, usual, judge, short, codes } from '@antin/testkit/judging/containers';
import type { Form, Kind } from '@antin/testkit/judging/containers';

const made = {} as Record<Form, Record<Kind, Uint8Array>>;
beforeAll(async () => {
  for (const form of FORMS) {
    made[form] = { 'ASiC-S': await sign(form, 'ASiC-S'), 'ASiC-E': await sign(form, 'ASiC-E') };
  }
});
const SIGNATURE = /^META-INF\/.*(signatures.*\.xml|\.p7s)$/;

describe.each(FORMS)('a container with %s', (form) => {
  it.each<[string, Change, object?]>([
    ['written by another program', (entries) => entries],
    ['its files packed', (entries) => entries.map((one) => (one.name === 'mimetype' ? one : { ...one, deflate: true }))],
    ['with folders written out', plus({ name: 'phụ lục/', data: '' })],
  ])('the honest twin passes: %s', (_, change, more) => {
    for (const kind of ['ASiC-S', 'ASiC-E'] as const) {
      const report = judge(rebuilt(made[form][kind], change, more));
      expect(short(report)).toBe('valid');
      expect(codes(report)).toEqual([]);
    }
  });

  it.each<[string, Change, object?]>([
    ['with a comment', (entries) => entries, { comment: 'mimetype=application/vnd.etsi.asic-e+zip' }],
    ['without mimetype', without('mimetype')],
    ['with the mimetype last', ([first, ...rest]) => [...rest, first as Entry]],
    ['with a packed mimetype', ([first, ...rest]) => [{ ...(first as Entry), deflate: true }, ...rest]],
    [
      'with an extra field before the mimetype',
      ([first, ...rest]) => [{ ...(first as Entry), extra: Uint8Array.of(1, 0, 0, 0) }, ...rest],
    ],
    ['with a container description', plus({ name: 'META-INF/container.xml', data: '<a/>' })],
  ])('passes, and it is told: %s', (_, change, more) => {
    expect(short(judge(rebuilt(made[form]['ASiC-E'], change, more)))).toBe('valid');
  });

  it.each<[string, string, Change, object?]>([
    ['a file nobody signed', 'indeterminate asic.not-covered', plus({ name: 'thêm.docx', data: 'x' })],
    ['one hidden in META-INF', 'indeterminate asic.not-covered', plus({ name: 'META-INF/thêm.docx', data: 'x' })],
    [
      'one hidden in a folder that looks like META-INF',
      'indeterminate asic.not-covered',
      plus({ name: 'meta-inf/x.xml', data: 'x' }),
    ],
    ['a changed file', 'invalid HASH_FAILURE integrity.digest', withData(ANNEX, 'phụ lực')],
    [
      'two files that trade names',
      'invalid HASH_FAILURE integrity.digest',
      (all) => renamed('?', LETTER)(renamed(LETTER, ANNEX)(renamed(ANNEX, '?')(all))),
    ],
    ['a file that is gone', 'indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found', without(ANNEX)],
    ['a renamed file', 'indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found', renamed(ANNEX, 'phụ lục/b.docx')],
    ['two entries of one name', 'invalid FORMAT_FAILURE zip.duplicate', plus({ name: LETTER, data: '%PDF-1.7 khác' })],
    ['two in different case', 'invalid FORMAT_FAILURE zip.duplicate', plus({ name: LETTER.toUpperCase(), data: 'x' })],
    ['two in different Unicode form', 'invalid FORMAT_FAILURE zip.duplicate', plus({ name: LETTER.normalize('NFD'), data: 'x' })],
    ['a way out of the folder', 'invalid FORMAT_FAILURE zip.name', plus({ name: '../x', data: 'x' })],
    ['an absolute name', 'invalid FORMAT_FAILURE zip.name', plus({ name: '/etc/x', data: 'x' })],
    ['a backslash', 'invalid FORMAT_FAILURE zip.name', plus({ name: 'a\\b', data: 'x' })],
    ['a name that is no text', 'invalid FORMAT_FAILURE zip.name', plus({ name: Uint8Array.of(0xff, 0x2e), data: 'x' })],
    ['two names for one entry', 'invalid FORMAT_FAILURE zip.headers-differ', plus({ name: 'a', localName: 'b', data: 'x' })],
    ['two sizes for one entry', 'invalid FORMAT_FAILURE zip.headers-differ', plus({ name: 'a', data: 'x', localSize: 2 })],
    ['data before the archive', 'invalid FORMAT_FAILURE zip.gap-or-overlap', (all) => all, { before: 'PK\u0003\u0004' }],
    ['data between the records', 'invalid FORMAT_FAILURE zip.gap-or-overlap', (all) => all, { between: 'x' }],
    ['an encrypted entry', 'indeterminate zip.encrypted', plus({ name: 'a', data: 'x', flags: 1 })],
    ['an unknown compression', 'indeterminate zip.unsupported', plus({ name: 'a', data: 'x', method: 12 })],
    ['a bomb', 'indeterminate zip.budget', plus({ name: 'a', data: new Uint8Array(8 << 20), deflate: true })],
    [
      'a bomb in many pieces',
      'indeterminate zip.budget',
      plus(...Array.from({ length: 8 }, (_, i) => ({ name: `a${i}`, data: new Uint8Array(1 << 20), deflate: true as const }))),
    ],
    [
      'very many signature files',
      'indeterminate limit.signatures',
      plus(...Array.from({ length: 300 }, (_, i) => ({ name: `META-INF/signature${i + 9}.p7s`, data: 'x' }))),
    ],
    ['a wrong checksum', 'invalid zip.damaged', (all) => all.map((one) => (one.name === LETTER ? { ...one, crc: 1 } : one))],
    [
      'more than it says',
      'invalid inflate.budget',
      (all) => all.map((one) => (one.name === LETTER ? { ...one, deflate: true, size: 3 } : one)),
    ],
    ['another mimetype', 'indeterminate asic.mimetype-unknown', withData('mimetype', 'application/epub+zip')],
    ['a mimetype that is a document', 'indeterminate asic.mimetype-unknown', withData('mimetype', '<a/>'.repeat(50))],
    [
      'a comment with another mimetype',
      'indeterminate asic.mimetype-contradicted',
      (all) => all,
      { comment: 'mimetype=application/vnd.etsi.asic-s+zip' },
    ],
    ['a PDF in its comment', 'indeterminate asic.two-formats', (all) => all, { comment: '%PDF-1.7 startxref 0 %%EOF' }],
    // Bookkeeping nobody signs, and within the first kilobyte.
    [
      'a PDF as its evidence record',
      'indeterminate asic.two-formats',
      ([first, ...rest]) => [first!, { name: 'META-INF/evidencerecord.ers', data: '%PDF-1.7 1 0 obj' }, ...rest],
    ],
    [
      'a PDF as its metadata',
      'indeterminate asic.two-formats',
      ([first, ...rest]) => [first!, { name: 'META-INF/metadata.xml', data: '<!--%PDF-1.7 1 0 obj-->' }, ...rest],
    ],
    [
      'an empty signature file',
      'indeterminate asic.empty-signature-file',
      plus({ name: 'META-INF/signatures9.xml', data: '<a/>' }),
    ],
    [
      'a signature file that cannot be read',
      'invalid FORMAT_FAILURE',
      plus({ name: 'META-INF/signatures9.xml', data: '<!DOCTYPE a><a/>' }),
    ],
    ['a CMS that cannot be read', 'invalid FORMAT_FAILURE', plus({ name: 'META-INF/signature9.p7s', data: 'x' })],
  ])('never passes with %s', (_, expected, change, more) => {
    const report = judge(rebuilt(made[form]['ASiC-E'], change, more));
    expect(short(report)).toMatch(new RegExp(`^${expected.replaceAll('.', '\\.')}`));
    expect(report.format).toBe('ASiC-E');
  });

  it('names every file that no signature covers', () => {
    const extra = plus({ name: 'một.txt', data: '1' }, { name: 'hai.txt', data: '2' });
    const report = judge(rebuilt(made[form]['ASiC-E'], extra));
    const messages = report.errors.map((one) => one.message);
    expect(messages).toEqual(['"một.txt" is covered by no signature', '"hai.txt" is covered by no signature']);
    expect(report.signatures[0]?.indication).toBe('TOTAL_PASSED');
    expect(sentenceFor(report, 'vi')).toMatchObject({ tone: 'doubt', answers: { changed: { tone: 'doubt' } } });
  });

  it('ASiC-S holds exactly one file', () => {
    const report = judge(rebuilt(made[form]['ASiC-S'], plus({ name: 'b', data: 'x' })));
    expect(report.verdict).toBe('invalid');
    expect(codes(report)).toContain('asic.data-objects');
    expect(codes(judge(rebuilt(made[form]['ASiC-S'], without(LETTER))))).toContain('asic.data-objects');
    const kind = withData('mimetype', 'application/vnd.etsi.asic-s+zip');
    expect(codes(judge(rebuilt(made[form]['ASiC-E'], kind)))).toContain('asic.data-objects');
    const other = judge(made[form]['ASiC-S'], { fileName: 'a.asice' });
    expect(`${other.verdict} ${codes(other).join()}`).toBe('valid asic.extension');
  });

  it('a signature file of another container is over other files', async () => {
    const other = await sign(form, 'ASiC-E', { [LETTER]: '%PDF-1.7 khác', [ANNEX]: 'khác' });
    const foreign = entriesOf(other).find((one) => SIGNATURE.test(one.name)) as Entry;
    const swapped = rebuilt(made[form]['ASiC-E'], withData(foreign.name as string, foreign.data));
    expect(short(judge(swapped))).toBe('invalid HASH_FAILURE integrity.digest');
  });

  it('a container whose signature was taken out is not called signed', () => {
    const report = judge(rebuilt(made[form]['ASiC-E'], without(SIGNATURE)));
    expect(report.verdict).toBe(form === 'XAdES' ? 'unsigned' : 'indeterminate');
    expect(codes(report).includes('asic.manifest-orphan')).toBe(form === 'CAdES');
  });

  it('any changed byte keeps it from passing, or leaves signer and files as they were', () => {
    const file = made[form]['ASiC-E'];
    const honest = judge(file);
    for (let i = 0; i < file.length; i += 7) {
      const copy = file.slice();
      copy[i] = (copy[i] as number) ^ (1 << (i % 8));
      try {
        const report = judge(copy);
        if (report.verdict !== 'valid') continue;
        expect(report.signatures[0]?.signer, `byte ${i}`).toEqual(honest.signatures[0]?.signer);
        expect(report.signatures[0]?.covers, `byte ${i}`).toEqual(honest.signatures[0]?.covers);
        expect(
          entriesOf(copy).filter((one) => one.name in TEXTS),
          `byte ${i}`,
        ).toEqual(entriesOf(file).filter((one) => one.name in TEXTS));
      } catch (error) {
        expect(error, `byte ${i}`).toBeInstanceOf(UnsupportedFile);
      }
    }
  });
});

describe('archives that are no containers, and damage', () => {
  it('a plain archive is not ours', () => {
    expect(() => judge(zip([{ name: 'a.txt', data: 'abc' }]))).toThrow(UnsupportedFile);
  });

  it('an Office file that stands in a container does not make an Office file of it', async () => {
    const office = zip([{ name: '[Content_Types].xml', data: '<a/>' }]);
    const files = [{ name: 'a.docx', content: memorySource(office), mimeType: 'application/zip' }];
    const options = { door, level: 'B-B', signingTime: pki.now } as const;
    const signed = bytesOf(await signAsic({ container: 'ASiC-E', files }, pki.signingKey('leader'), options));
    expect(short(judge(rebuilt(signed, without('mimetype'))))).toBe('valid');
  });

  it('the end of the archive cannot be moved or doubled', () => {
    const file = made.CAdES['ASiC-E'];
    expect(judge(file.subarray(0, file.length - 1)).verdict).toBe('invalid');
    expect(judge(concatBytes(file, latin1('x'))).verdict).toBe('invalid');
    expect(judge(concatBytes(file, file.subarray(-22))).verdict).toBe('invalid');
    expect(indexOfBytes(file, latin1('PK\u0005\u0006'))).toBe(file.length - 22);
  });

  it('without a door to inflate, packed entries are not decided', () => {
    const packed = rebuilt(made.XAdES['ASiC-E'], (entries) => entries.map((one) => ({ ...one, deflate: true })));
    const { inflateRaw: dropped, ...context } = usual;
    expect(dropped).toBeDefined();
    const { report } = validate(memorySource(packed), context);
    expect(`${report.verdict} ${report.decidedBy}`).toMatch(/^indeterminate inflate\.unavailable$/);
  });

  it('any damage is told in words, never by an unknown exception', () => {
    const seeds = FORMS.map((form) => made[form]['ASiC-E']);
    const noise = fc.record({
      seed: fc.nat(seeds.length - 1),
      edits: fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.uint8Array({ maxLength: 6 }), fc.boolean()), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    fc.assert(
      fc.property(noise, ({ seed, edits }) => {
        let bytes = seeds[seed] as Uint8Array;
        for (const [place, cut, added, keep] of edits) {
          const at = place % bytes.length;
          const end = at + (keep ? added.length : cut);
          bytes = new Uint8Array([...bytes.subarray(0, at), ...added, ...bytes.subarray(end)]);
        }
        try {
          judge(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnsupportedFile);
        }
      }),
      { seed: 24, numRuns: 400 },
    );
  });
});
