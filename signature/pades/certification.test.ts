import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { openPdf } from '@antin/formats/pdf/file';
import { isDict, pdfName, pdfString, withEntries } from '@antin/formats/pdf/objects';
import type { PdfDict } from '@antin/formats/pdf/objects';
import { HOUR, append, judged, prepared, sign } from '@antin/testkit/judging/documents';
import type { SignOptions } from '@antin/testkit/judging/documents';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { doors, signedPdf, testKey } from '@antin/testkit/pdf/signing';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { formFields } from './acro-form.ts';
import { addFieldValues } from './fields.ts';
import type { PreparePadesOptions } from './prepare.ts';

const pki = testPki();
const draft = prepared();
const leader = (options: Partial<SignOptions> = {}, file = draft): Promise<Uint8Array> =>
  sign(file, { pki, by: 'leader', fieldName: 'leader', ...options });
const seal = (file: Uint8Array, options: Partial<SignOptions> = {}): Promise<Uint8Array> =>
  sign(file, { pki, by: 'seal', when: pki.now + HOUR, stampedAt: pki.now + HOUR, fieldName: 'seal', ...options });
const refused = (code: string) => expect.objectContaining({ code });

/** Fills a field behind our back: only `/V`, as a tool without regard for locks would. */
function forced(file: Uint8Array, name: string): Uint8Array {
  return append(file, (update) => {
    const { last } = update.file;
    const field = formFields(last, (o) => last.resolve(o)).find((one) => one.fullName === name)!;
    update.set(field.ref, withEntries(field.dict, { V: pdfString(Uint8Array.of(0x39)) }));
  });
}

const filled = (file: Uint8Array, name: string): Uint8Array =>
  concatBytes(file, addFieldValues(memorySource(file), { [name]: '9' }, doors));

function catalogOf(file: Uint8Array): PdfDict {
  return openPdf(memorySource(file), { inflate: doors.inflate, mode: 'strict' }).last.catalog;
}

describe('a document certified by its first signature', () => {
  it.each([2, 3] as const)('with P=%d can be numbered and sealed, and both signatures stand', async (permission) => {
    const certified = await leader({ certify: { permission } });
    expect(isDict(catalogOf(certified).entries.get('Perms'))).toBe(true);
    const sealed = await seal(certified, { fill: { so: '12/QĐ' } });
    const report = judged(sealed, pki);
    expect(report.signatures.map(({ indication }) => indication)).toEqual(['TOTAL_PASSED', 'TOTAL_PASSED']);
    expect(judged(forced(certified, 'so'), pki).verdict).not.toBe('valid');
    if (tools.pdfsig) expect(pdfsig(sealed), pdfsig(sealed).text).toMatchObject({ signatures: 2, valid: 2 });
    if (tools.qpdf) expect(qpdfCheck(sealed).status).toBe(0);
  });

  it('with P=1 stands alone; whoever changes it is found, whoever asks us is refused', async () => {
    const closed = await leader({ certify: { permission: 1, nothingFollows: true } }, plain());
    expect(judged(closed, pki).verdict).toBe('valid');
    await expect(sign(closed, { pki, by: 'seal' })).rejects.toThrow(refused('pades.locked-by-certification'));
  });

  it('with P=1 is refused while anything may have to follow', async () => {
    const one = { permission: 1, nothingFollows: true } as const;
    const stamped = { stampedAt: pki.now };
    await expect(leader({ certify: { permission: 1 } }, plain())).rejects.toThrow(refused('pades.certify-no-changes'));
    await expect(leader({ certify: one })).rejects.toThrow(/"seal" waits for another signature/);
    await expect(leader({ certify: one, ...stamped }, plain())).rejects.toThrow(refused('pades.certify-no-changes'));
    const extraFields = { signatures: [{ name: 'x', page: 1, rect: [1, 1, 9, 9] as const }], font: new Uint8Array(0) };
    await expect(leader({ certify: one, extraFields }, plain())).rejects.toThrow(refused('pades.certify-no-changes'));
  });

  it('only by its first signature', async () => {
    await expect(seal(await leader(), { certify: { permission: 2 } })).rejects.toThrow(refused('pades.certify-not-first'));
  });

  it('keeps what the catalog says otherwise about permissions', async () => {
    const base = append(plain(), (update) => {
      const { rootRef, catalog } = update.file.last;
      update.set(rootRef, withEntries(catalog, { Perms: update.add({ kind: 'dict', entries: new Map([['X', pdfName('Y')]]) }) }));
    });
    const { entries } = catalogOf(await leader({ certify: { permission: 2 } }, base));
    const { last } = openPdf(memorySource(await leader({ certify: { permission: 2 } }, base)), { ...doors, mode: 'strict' });
    expect([...(last.resolve(entries.get('Perms')) as PdfDict).entries.keys()]).toEqual(['X', 'DocMDP']);
  });
});

function plain(): Uint8Array {
  return buildPdf(plainObjects()).bytes;
}

describe('fields locked by a signature', () => {
  it.each<[string, NonNullable<PreparePadesOptions['lock']>, readonly string[], readonly string[]]>([
    ['All', { action: 'All' }, ['so', 'ngay', 'seal'], []],
    ['Include so', { action: 'Include', fields: ['so'] }, ['so'], ['ngay', 'seal']],
    ['Exclude seal', { action: 'Exclude', fields: ['seal'] }, ['so', 'ngay'], ['seal']],
  ])('%s: what it names stays, the rest may be filled', async (_, lock, locked, open) => {
    const signed = await leader({ lock });
    expect(judged(signed, pki).verdict).toBe('valid');
    for (const name of locked) {
      if (name === 'seal') await expect(seal(signed)).rejects.toThrow(refused('pades.locked-by-certification'));
      else {
        expect(() => filled(signed, name)).toThrow(refused('pades.locked-by-certification'));
        expect(judged(forced(signed, name), pki).verdict).toBe('invalid');
      }
    }
    for (const name of open) {
      const next = name === 'seal' ? await seal(signed) : filled(signed, name);
      expect(judged(next, pki).signatures.every(({ indication }) => indication === 'TOTAL_PASSED')).toBe(true);
    }
  });

  it.skipIf(!tools.pdfsig || !tools.qpdf)('other tools read the signature and its lock', async () => {
    const signed = await leader({ lock: { action: 'Exclude', fields: ['seal'] } });
    expect(pdfsig(signed).valid).toBe(1);
    expect(qpdfCheck(signed).status).toBe(0);
    expect(String.fromCharCode(...signed)).toMatch(/\/SigFieldLock[\s\S]*\/FieldMDP|\/FieldMDP[\s\S]*\/SigFieldLock/);
  });

  it('a field reserved with a rule locks by it once it is signed', async () => {
    const extraFields = {
      signatures: [
        { name: 'vanthu', page: 1, rect: [10, 10, 50, 50] as const, lock: { action: 'Exclude', fields: ['seal'] } as const },
      ],
      font: new Uint8Array(0),
    };
    const first = await leader({ extraFields });
    expect(judged(filled(first, 'so'), pki).signatures[0]!.indication).toBe('TOTAL_PASSED');
    const second = await seal(first, { fieldName: 'vanthu' });
    expect(() => filled(second, 'so')).toThrow(refused('pades.locked-by-certification'));
    expect(judged(await seal(second), pki).verdict).toBe('valid');
  });
});

describe('seed values of a field', () => {
  const other = testKey('CA');
  const key = { ...testKey('Người ký', 'rsa-2048'), chain: [other.certificate] };
  const named = (sv: string): string =>
    sv.replace('OURS', toHex(key.certificate.raw)).replace('THEIRS', toHex(other.certificate.raw));
  const seeded = (sv: string): Uint8Array =>
    buildPdf({
      ...plainObjects(),
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[12 0 R]/SigFlags 3>>>>',
      12: `<</FT/Sig/T(S)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 100 0 R/SV<</Type/SV${named(sv)}>>>>`,
    }).bytes;
  const attempt = (sv: string, options: Partial<PreparePadesOptions> = {}): Promise<Uint8Array> =>
    signedPdf(seeded(sv), key, { fieldName: 'S', ...options });

  it.each<[string, Partial<PreparePadesOptions>?]>([
    [''],
    ['/Filter/Entrust.PPKEF'],
    ['/Ff 1/Filter/Adobe.PPKLite'],
    ['/SubFilter[/adbe.pkcs7.detached]'],
    ['/Ff 2/SubFilter[/adbe.pkcs7.detached/ETSI.CAdES.detached]'],
    ['/Ff 64/DigestMethod[(SHA256)(SHA512)]'],
    ['/Ff 4/V 2'],
    ['/Reasons[(Phe duyet)]'],
    ['/Ff 8/Reasons[(Phe duyet)(Xac nhan)]', { reason: 'Xac nhan' }],
    ['/Ff 8/Reasons[(.)]'],
    ['/Ff 8'],
    ['/MDP<</P 0>>'],
    ['/MDP<</P 2>>', { certify: { permission: 2 } }],
    ['/Ff 32/AddRevInfo false'],
    ['/TimeStamp<</URL(http://tsa)/Ff 0>>'],
    ['/Cert<</Ff 1/Subject[<OURS>]>>'],
    ['/Cert<</Ff 2/Issuer[<THEIRS>]>>'],
    ['/Cert<</Ff 64/URL(http://ca)>>'],
  ])('%s are kept', async (sv, options) => {
    const signed = await attempt(sv, options);
    if (tools.pdfsig) expect(pdfsig(signed)).toMatchObject({ valid: 1 });
    else expect(signed.length).toBeGreaterThan(1000);
  });

  it.each<[string, RegExp, Partial<PreparePadesOptions>?]>([
    ['/Ff 1/Filter/Entrust.PPKEF', /handler Entrust/],
    ['/Ff 2/SubFilter[/adbe.pkcs7.detached]', /adbe\.pkcs7\.detached/],
    ['/Ff 64/DigestMethod[(SHA512)]', /digest SHA512/],
    ['/Ff 4/V 4', /version 4/],
    ['/Ff 8/Reasons[(Phe duyet)]', /Phe duyet/],
    ['/Ff 8/Reasons[(Phe duyet)]', /Phe duyet/, { reason: 'Khac' }],
    ['/Ff 8/Reasons[(.)]', /no reason/, { reason: 'Khac' }],
    ['/Ff 8', /no reason/, { reason: 'Khac' }],
    ['/MDP<</P 0>>', /no certification/, { certify: { permission: 2 } }],
    ['/MDP<</P 2>>', /permission 2/],
    ['/MDP<</P 2>>', /permission 2/, { certify: { permission: 3 } }],
    ['/Ff 16', /attestation/],
    ['/Ff 32/AddRevInfo true', /revocation/],
    ['/Ff 128/LockDocument/true', /locked/],
    ['/Ff 256/AppearanceFilter(x)', /appearance/],
    ['/TimeStamp<</URL(http://tsa)/Ff 1>>', /time-stamp/],
    ['/Cert<</Ff 1/Subject[<THEIRS>]>>', /another certificate/],
    ['/Cert<</Ff 2/Issuer[<OURS>]>>', /issuer/],
    ['/Cert<</Ff 32/KeyUsage[(1)]>>', /usage/],
  ])('%s are a reason to refuse: %s', async (sv, reason, options) => {
    const trying = attempt(sv, options);
    await expect(trying).rejects.toThrow(refused('pades.seed-value'));
    await expect(trying).rejects.toThrow(reason);
  });
});
