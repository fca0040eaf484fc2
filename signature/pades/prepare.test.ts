import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { openPdf } from '@antin/formats/pdf/file';
import type { PdfArray, PdfDict, PdfString } from '@antin/formats/pdf/objects';
import { isDict } from '@antin/formats/pdf/objects';
import { parseSignedData } from '@antin/pki/cms/signed-data';
import { digestOf } from '@antin/pki/crypto';
import type { KeyKind } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { appendRevision, buildPdf, hybridPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfsig, qpdfCheck, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { doors, joined, signedPdf, testKey } from '@antin/testkit/pdf/signing';
import type { SigningKey } from '../making/signer.ts';
import { embedPades } from './embed.ts';
import { checkPrepared } from './inspect-prepared.ts';
import type { PreparePadesOptions } from './prepare.ts';
import { preparePades } from './prepare.ts';
import type { ToBeSigned } from './to-be-signed.ts';
import { preparedSource, toBeSignedFromJson, toBeSignedToJson } from './to-be-signed.ts';

const input = buildPdf(plainObjects(), { trailer: '/ID[<00><00>]' }).bytes;
const source = memorySource(input);
const key = testKey('Nguyễn Văn A');

function prepare(options: Partial<PreparePadesOptions> = {}, by: SigningKey = key, of = source): ToBeSigned {
  const who = { certificate: by.certificate, chain: [], algorithm: by.algorithm };
  return preparePades(of, { ...doors, ...who, signingTime: Date.UTC(2026, 10, 21, 2, 3, 4), level: 'B-B', ...options });
}

function signatureIn(bytes: Uint8Array, fieldName = 'Signature1'): PdfDict {
  const { last } = openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' });
  for (const num of last.own.keys()) {
    const dict = last.object(num);
    const name = isDict(dict) ? (dict.entries.get('T') as PdfString | undefined) : undefined;
    if (name && String.fromCharCode(...name.bytes) === fieldName)
      return last.resolve((dict as PdfDict).entries.get('V')) as PdfDict;
  }
  throw new Error(`no field ${fieldName}`);
}

describe('the signature made', () => {
  it.skipIf(!tools.pdfsig || !tools.qpdf).each<KeyKind>(['rsa-2048', 'rsa-3072', 'p-256', 'p-384'])(
    'with %s is valid elsewhere',
    async (kind) => {
      const output = await signedPdf(input, testKey('Người ký', kind), { reason: 'Phê duyệt', location: 'Hà Nội' });
      expect(pdfsig(output), pdfsig(output).text).toMatchObject({ signatures: 1, valid: 1 });
      expect(pdfsig(output).text).toContain('Total document signed');
      expect(qpdfCheck(output).status).toBe(0);
    },
  );

  it('is PAdES baseline: no signing-time in the CMS, /M and ETSI.CAdES.detached in the dictionary', async () => {
    const output = await signedPdf(input, key, { reason: 'Ký duyệt' });
    const { entries } = signatureIn(output);
    const text = (name: string): string => String.fromCharCode(...(entries.get(name) as PdfString).bytes);
    expect(entries.get('SubFilter')).toMatchObject({ value: 'ETSI.CAdES.detached' });
    expect(text('M')).toBe('D:20261121020304Z');
    expect(entries.has('Cert')).toBe(false);
    const contents = entries.get('Contents') as PdfString;
    const range = (entries.get('ByteRange') as PdfArray).items;
    expect(range).toEqual([0, contents.start, contents.end, output.length - contents.end!]);
    const der = contents.bytes.subarray(0, 4 + ((contents.bytes[2]! << 8) | contents.bytes[3]!));
    const [signer] = parseSignedData(der).signerInfos;
    expect(signer!.signedAttrs!.list.map((a) => a.oid).sort()).toEqual(
      [OID.idContentType, OID.idMessageDigest, OID.idAaSigningCertificateV2].sort(),
    );
    expect(signer!.unsignedAttrs).toEqual([]);
    expect(contents.bytes.subarray(der.length).every((b) => b === 0)).toBe(true);
  });

  it('has a field with print flag and page, listed in the form and on the page', async () => {
    const { last } = openPdf(memorySource(await signedPdf(input, key)), { inflate: doors.inflate, mode: 'strict' });
    const form = last.resolve(last.catalog.entries.get('AcroForm')) as PdfDict;
    expect(form.entries.get('SigFlags')).toBe(3);
    expect(form.entries.has('NeedAppearances')).toBe(false);
    const [field] = (form.entries.get('Fields') as PdfArray).items;
    expect((last.page(0).dict.entries.get('Annots') as PdfArray).items).toEqual([field]);
    const widget = last.resolve(field as never) as PdfDict;
    expect(widget.entries.get('P')).toEqual(last.page(0).ref);
    expect((widget.entries.get('F') as number) & 4).toBe(4);
    expect(last.catalog.entries.has('Perms')).toBe(false);
  });

  it('is hashed in one pass over the input', () => {
    let read = 0;
    const counting = { size: source.size, read: (o: number, n: number) => ((read += n), source.read(o, n)) };
    const tbs = prepare({}, key, counting);
    expect(tbs.inputSha256).toBe(toHex(digestOf(doors.door, 'SHA-256', input)));
    const whole = joined(input, tbs.appended);
    expect(tbs.documentDigest).toEqual(
      digestOf(doors.door, 'SHA-256', whole.subarray(0, tbs.byteRange[1]), whole.subarray(tbs.byteRange[2])),
    );
    expect(read).toBeLessThan(12 * input.length);
  });
});

describe('between preparing and embedding', () => {
  it('the preparation survives JSON', async () => {
    const tbs = prepare({ level: 'B-T' });
    const again = toBeSignedFromJson(JSON.parse(JSON.stringify(toBeSignedToJson(tbs))));
    expect(again).toEqual(tbs);
    const value = await key.sign(again.signedAttributes);
    expect(embedPades(source, again, value, doors)).toEqual(embedPades(source, tbs, value, doors));
  });

  it.each([
    ['nothing', null],
    ['another kind', { kind: 'cades' }],
    ['a byte range of three', { ...toBeSignedToJson(prepare()), byteRange: [0, 1, 2] }],
    ['no attributes', { ...toBeSignedToJson(prepare()), signedAttributes: undefined }],
    ['a negative size', { ...toBeSignedToJson(prepare()), inputSize: -1 }],
    ['a scheme of its own', { ...toBeSignedToJson(prepare()), algorithm: { scheme: 'none' } }],
  ])('stored JSON with %s is refused', (_, json) => {
    expect(() => toBeSignedFromJson(json)).toThrow(expect.objectContaining({ code: 'pades.prepared-damaged' }));
  });

  it('a value by another key is refused before it reaches the document', async () => {
    const tbs = prepare();
    const other = testKey('Kẻ khác');
    const wrong = await other.sign(tbs.signedAttributes);
    expect(() => embedPades(source, tbs, wrong, doors)).toThrow(expect.objectContaining({ code: 'signature.value-mismatch' }));
    const flipped = (await key.sign(tbs.signedAttributes)).map((b, i) => (i === 9 ? b ^ 1 : b));
    expect(() => embedPades(source, tbs, flipped, doors)).toThrow(expect.objectContaining({ code: 'signature.value-mismatch' }));
  });

  it('a file of another size is refused', async () => {
    const tbs = prepare();
    const value = await key.sign(tbs.signedAttributes);
    const longer = memorySource(joined(input, Uint8Array.of(10)));
    expect(() => embedPades(longer, tbs, value, doors)).toThrow(expect.objectContaining({ code: 'pades.input-changed' }));
    expect(() => preparedSource(longer, tbs)).toThrow(expect.objectContaining({ code: 'pades.input-changed' }));
  });

  it('too little room is said, not cut off', async () => {
    const tbs = prepare({ reservedBytes: 100 });
    const value = await key.sign(tbs.signedAttributes);
    expect(() => embedPades(source, tbs, value, doors)).toThrow(expect.objectContaining({ code: 'pades.placeholder-too-small' }));
  });

  it('a time-stamp over something else is refused', async () => {
    const tbs = prepare({ level: 'B-T' });
    const value = await key.sign(tbs.signedAttributes);
    expect(() => embedPades(source, tbs, value, { ...doors, timeStampToken: Uint8Array.of(0x30, 0) })).toThrow(/./);
  });

  it('the room computed holds a chain and is not wasted', async () => {
    const chain = [testKey('CA 1').certificate.raw, testKey('CA 2').certificate.raw];
    const tbs = prepare({ chain });
    const appended = embedPades(source, tbs, await key.sign(tbs.signedAttributes), doors);
    const zeros = /0*>/.exec(
      Buffer.from(appended.subarray(0, tbs.byteRange[2] - input.length))
        .toString('latin1')
        .split('/Contents ')[1]!,
    );
    expect(zeros![0].length / 2).toBeLessThan(1100);
  });
});

describe('what an agent checks before its key signs', () => {
  const tbs = prepare();
  const prepared = preparedSource(source, tbs);
  const check = (
    of = prepared,
    range: readonly number[] = tbs.byteRange,
    attributes = tbs.signedAttributes,
    certificate = tbs.certificate,
  ) => checkPrepared(of, range, attributes, certificate, 'SHA-256', doors.door);

  it('the honest preparation matches', () => {
    expect(check()).toMatchObject({ status: 'matches', documentDigest: tbs.documentDigest });
  });

  it.each([
    ['another document', () => check(memorySource(joined(input, tbs.appended).with(40, 0x7a))), 'pades.digest-mismatch'],
    ['a wider gap', () => check(prepared, [0, tbs.byteRange[1] - 5, tbs.byteRange[2], tbs.byteRange[3]]), 'pades.placeholder'],
    [
      'a gap already filled',
      () => check(memorySource(joined(input, tbs.appended).with(tbs.byteRange[1] + 7, 0x31))),
      'pades.placeholder',
    ],
    ['bytes behind the range', () => check(memorySource(joined(input, tbs.appended, Uint8Array.of(10)))), 'pades.byte-range'],
    [
      'a range that does not begin at 0',
      () => check(prepared, [1, tbs.byteRange[1], tbs.byteRange[2], tbs.byteRange[3]]),
      'pades.byte-range',
    ],
    ['a range of fractions', () => check(prepared, [0, 1.5, 9, 9]), 'pades.byte-range'],
    [
      'another certificate',
      () => check(prepared, tbs.byteRange, tbs.signedAttributes, testKey('X').certificate.raw),
      'pades.certificate-mismatch',
    ],
    [
      'attributes that are a document',
      () =>
        check(
          prepared,
          tbs.byteRange,
          Uint8Array.from('%PDF', (c) => c.charCodeAt(0)),
        ),
      'pades.signed-attributes',
    ],
    ['attributes with a signing-time', () => check(prepared, tbs.byteRange, withSigningTime()), 'pades.signed-attributes'],
  ])('refuses %s', (_, run, code) => {
    expect(run()).toMatchObject({ status: 'refused', code });
  });

  function withSigningTime(): Uint8Array {
    const time = Uint8Array.of(
      0x30,
      0x1c,
      6,
      9,
      0x2a,
      0x86,
      0x48,
      0x86,
      0xf7,
      0x0d,
      1,
      9,
      5,
      0x31,
      0x0f,
      0x17,
      0x0d,
      ...Buffer.from('261121020304Z'),
    );
    const body = tbs.signedAttributes.subarray(tbs.signedAttributes[1]! < 0x80 ? 2 : 3);
    return Uint8Array.of(0x31, 0x81, body.length + time.length, ...body, ...time);
  }
});

describe('a file that is already signed', () => {
  const twice = async (bytes: Uint8Array): Promise<Uint8Array> =>
    signedPdf(await signedPdf(bytes, key), testKey('Trần Thị B', 'rsa-2048'));

  it.skipIf(!tools.pdfsig || !tools.qpdf).each([
    ['a table', () => input],
    ['streams', () => qpdfRewrite(input, '--object-streams=generate')],
    ['a linearised file', () => qpdfRewrite(input, '--linearize')],
    ['a hybrid file', hybridPdf],
  ] as const)('keeps both signatures valid: %s', async (_, make) => {
    const bytes = make();
    const output = await twice(bytes);
    expect(pdfsig(output)).toMatchObject({ signatures: 2, valid: 2 });
    expect(qpdfCheck(output).status).toBe(0);
  });

  it('gets a field of another name', async () => {
    expect(signatureIn(await twice(input), 'Signature2').entries.has('Contents')).toBe(true);
  });

  const certified = (p: string): Uint8Array =>
    buildPdf({
      ...plainObjects(),
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]/SigFlags 3>>/Perms<</DocMDP 11 0 R>>>>',
      10: '<</FT/Sig/T(First)/V 11 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]>>',
      11: `<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<<${p}>>>>]>>`,
    }).bytes;

  it.each(['/P 1', '/P 0', '/P -3'])('is refused when certified with %s', async (p) => {
    await expect(signedPdf(certified(p), key)).rejects.toMatchObject({ code: 'pades.locked-by-certification' });
  });

  it.each(['/P 2', '/P 3', ''])('is signed when certified with "%s"', async (p) => {
    expect((await signedPdf(certified(p), key)).length).toBeGreaterThan(1000);
  });

  const locked = (lock: string, value = '/V 11 0 R'): Uint8Array =>
    buildPdf({
      ...plainObjects(),
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R 12 0 R]/SigFlags 3>>>>',
      10: `<</FT/Sig/T(First)${value}/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/Lock ${lock}>>`,
      11: '<</Type/Sig>>',
      12: '<</FT/Sig/T(Seal)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 100 0 R>>',
    }).bytes;

  it.each<[string, string, boolean]>([
    ['<</Action/All>>', 'Seal', false],
    ['<</Action/Include/Fields[(Seal)]>>', 'Seal', false],
    ['<</Action/Include/Fields[(Other)]>>', 'Seal', true],
    ['<</Action/Exclude/Fields[(Seal)]>>', 'Seal', true],
    ['<</Action/Exclude/Fields[(Other)]>>', 'Seal', false],
    ['<</Action/Include/Fields[(Other)]/P 1>>', 'Seal', false],
  ])('respects the lock %s', async (lock, fieldName, allowed) => {
    const attempt = signedPdf(locked(lock), key, { fieldName });
    if (allowed) expect((await attempt).length).toBeGreaterThan(1000);
    else await expect(attempt).rejects.toMatchObject({ code: 'pades.locked-by-certification' });
  });

  it('a lock counts only once its field is signed', async () => {
    expect((await signedPdf(locked('<</Action/All>>', ''), key, { fieldName: 'Seal' })).length).toBeGreaterThan(1000);
  });

  it('signing a field with a lock makes the lock count', async () => {
    const output = await signedPdf(locked('<</Action/Include/Fields[(Seal)]>>', ''), key, { fieldName: 'First' });
    const [reference] = (signatureIn(output, 'First').entries.get('Reference') as PdfArray).items as PdfDict[];
    expect(reference!.entries.get('TransformMethod')).toMatchObject({ value: 'FieldMDP' });
    await expect(signedPdf(output, key, { fieldName: 'Seal' })).rejects.toMatchObject({ code: 'pades.locked-by-certification' });
  });

  it.each([
    ['First', 'pades.field-signed'],
    ['a.b', 'pades.field-missing'],
    ['', 'pades.field-missing'],
  ])('the field name "%s" is refused', async (fieldName, code) => {
    await expect(signedPdf(locked('null'), key, { fieldName })).rejects.toMatchObject({ code });
  });
});

describe('bytes behind the last %%EOF', () => {
  const junk = Uint8Array.from('<!-- mail gateway -->\0\0', (c) => c.charCodeAt(0));

  it.skipIf(!tools.pdfsig)('are covered, when nobody has signed before', async () => {
    const output = await signedPdf(joined(input, junk), key);
    expect(pdfsig(output)).toMatchObject({ valid: 1 });
    expect(openPdf(memorySource(output), { inflate: doors.inflate, mode: 'strict' }).revisions).toHaveLength(2);
  });

  it('are refused behind a signature', async () => {
    await expect(signedPdf(joined(await signedPdf(input, key), junk), key)).rejects.toMatchObject({ code: 'pdf.trailing-data' });
  });
});

it('a revision whose page tree was replaced is followed, not the old one', async () => {
  const base = buildPdf(plainObjects());
  const two = appendRevision(base, {
    2: '<</Type/Pages/Count 1/Kids[150 0 R]>>',
    150: '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>',
  });
  const { last } = openPdf(memorySource(await signedPdf(two.bytes, key)), { inflate: doors.inflate, mode: 'strict' });
  expect(last.page(0).ref.num).toBe(150);
  expect(last.page(0).dict.entries.has('Annots')).toBe(true);
});
