import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import type { PdfDict } from '@antin/formats/pdf/objects';
import { pdfDict, withEntries } from '@antin/formats/pdf/objects';
import { append, letter, sign } from '@antin/testkit/judging/documents';
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
