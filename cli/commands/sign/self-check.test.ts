import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import type { PdfDict } from '@antin/formats/pdf/objects';
import { pdfDict, withEntries } from '@antin/formats/pdf/objects';
import { signAsic } from '@antin/signature/asic/sign';
import { openOoxml } from '@antin/signature/ooxml/package';
import { signOoxml } from '@antin/signature/ooxml/sign';
import { signJades } from '@antin/signature/jades/sign';
import { signXades } from '@antin/signature/xades/sign';
import { append, letter, sign } from '@antin/testkit/judging/documents';
import { packed, smallPackage, unpacked } from '@antin/testkit/ooxml/packages';
import { testPki } from '@antin/testkit/pki/test-pki';
import { requireIntact } from './self-check.ts';

const pki = testPki();
const check = (before: Uint8Array, after: Uint8Array, field: string) =>
  requireIntact({
    before: memorySource(before),
    after: memorySource(after),
    certificate: pki.certificate('leader'),
    signingTime: pki.now,
    at: pki.now,
    field,
  });
const byLeader = async (file: Uint8Array) => sign(file, { pki, by: 'leader', fieldName: 'Leader' });
const bySeal = async (file: Uint8Array) => sign(file, { pki, by: 'seal', fieldName: 'Seal' });
/** Takes the page's content away, which no signature allows. */
const emptied = (file: Uint8Array) =>
  append(file, (update) => {
    const page = update.file.last.page(0);
    update.set(page.ref, withEntries(update.get(page.ref) as PdfDict, { Resources: pdfDict({}), Contents: undefined }));
  });

describe('what was just signed', () => {
  it('passes when it is intact, trusted or not', async () => {
    const signed = await byLeader(letter());
    check(letter(), signed, 'Leader');
    check(signed, await bySeal(signed), 'Seal');
  });

  it('is refused when a byte of it came out wrong', async () => {
    const signed = await byLeader(letter());
    signed[100] = (signed[100] as number) ^ 1;
    expect(() => check(letter(), signed, 'Leader')).toThrow(expect.objectContaining({ code: 'sign.not-verifiable' }));
  });

  it('is refused when it does not reach the end of the file, or is not there', async () => {
    const signed = await byLeader(letter());
    const refused = expect.objectContaining({ code: 'sign.not-verifiable' });
    expect(() => check(letter(), emptied(signed), 'Leader')).toThrow(refused);
    expect(() => check(letter(), signed, 'Another')).toThrow(refused);
  });

  it('is refused when it takes the validity of an earlier one, and not when that had none', async () => {
    const first = await byLeader(letter());
    const changed = emptied(first);
    const second = await bySeal(changed);
    expect(() => check(first, second, 'Seal')).toThrow(expect.objectContaining({ code: 'sign.breaks-earlier' }));
    check(changed, second, 'Seal');
  });
});

describe('what was just signed in other formats', () => {
  const key = pki.signingKey('leader');
  const { certificate } = key;
  const text = new TextEncoder().encode('<đơn><tên>Nguyễn Văn An</tên></đơn>');
  const at = pki.now;
  const options = { door: nodeCrypto, signingTime: at, level: 'B-B' } as const;
  const made = (after: Uint8Array, before?: Uint8Array) => ({
    before: before === undefined ? undefined : memorySource(before),
    after: memorySource(after),
    certificate,
    signingTime: at,
    at,
  });
  const xades = (document: Uint8Array, signingTime = at) =>
    signXades({ packaging: 'enveloped', document }, key, { ...options, signingTime });
  const asic = async () => {
    const content = memorySource(text);
    const made = await signAsic(
      { container: 'ASiC-E', files: [{ name: 'đơn.xml', content, mimeType: 'text/xml' }] },
      key,
      options,
    );
    return made.read(0, made.size);
  };
  const ooxml = async () => {
    const file = openOoxml(memorySource(packed(smallPackage('docx'))), { inflateRaw: nodeInflateRaw });
    const signed = await signOoxml(file, key, { door: nodeCrypto, signingTime: at, level: 'XAdES-EPES' });
    return signed.read(0, signed.size);
  };
  const jades = () =>
    signJades({ packaging: 'attached', payload: text }, key, { door: nodeCrypto, signingTime: at, serialization: 'general' });
  const notVerifiable = expect.objectContaining({ code: 'sign.not-verifiable' });

  it('an Office file passes when it is intact and is refused when it is not', async () => {
    const signed = await ooxml();
    expect(requireIntact(made(signed)).own).toMatchObject({ format: 'OOXML', intact: true });
    const entries = unpacked(signed);
    const part = Buffer.from(entries['word/document.xml']!).toString();
    const changed = packed({ ...entries, 'word/document.xml': part.replace('<w:t', '<w:t xml:space="preserve"') });
    expect(() => requireIntact(made(changed))).toThrow(notVerifiable);
    expect(() => requireIntact({ ...made(signed), certificate: pki.certificate('seal') })).toThrow(notVerifiable);
  });

  it.each([
    ['XML', () => xades(text), 'Văn'],
    ['a container', asic, 'Văn'],
    ['JSON', jades, '"payload":"PM'],
  ])('%s passes when it is intact and is refused when it is not', async (_, sign, place) => {
    const signed = await sign();
    expect(requireIntact(made(signed)).own).toMatchObject({ level: 'B-B', intact: true });
    const broken = signed.slice();
    const where = Buffer.from(signed).indexOf(place) + Buffer.byteLength(place) - 1;
    broken[where] = (broken[where] as number) ^ 1;
    expect(() => requireIntact(made(broken))).toThrow(notVerifiable);
    // Somebody else's signature, or one of another day, is not the one that was just made.
    expect(() => requireIntact({ ...made(signed), certificate: pki.certificate('seal') })).toThrow(notVerifiable);
    expect(() => requireIntact({ ...made(signed), signingTime: at - 86_400_000 })).toThrow(notVerifiable);
  });

  it('an earlier signature that no longer holds is named, unless it never did', async () => {
    const first = await xades(text, at - 60_000);
    const good = await xades(first);
    const other = Buffer.from(first)
      .toString()
      .replace(/(<ds:SignatureValue[^>]*>)..../, '$1AAAA');
    const bad = Buffer.from(good)
      .toString()
      .replace(/(<ds:SignatureValue[^>]*>)..../, '$1AAAA');
    expect(requireIntact(made(good, first)).report.signatures).toHaveLength(2);
    expect(() => requireIntact(made(Buffer.from(bad), first))).toThrow(expect.objectContaining({ code: 'sign.breaks-earlier' }));
    expect(requireIntact(made(Buffer.from(bad), Buffer.from(other))).own).toMatchObject({ intact: true });
  });
});
