import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePdfCiphers as ciphers } from '@antin/adapters/crypto/pdf-ciphers';
import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { corpus } from '@antin/testkit/corpora';
import { HOUR, judged, letter, prepared, sign } from '@antin/testkit/judging/documents';
import type { SignOptions } from '@antin/testkit/judging/documents';
import { pdfText, pdfsig, qpdfCheck, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { doors, joined, tinos } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { extendPades } from './extend.ts';
import { addReservedFields } from './fields.ts';

const pki = testPki();
const [USER, OWNER] = ['doc', 'chu'];
const withPassword = (password: string) => ({ password, ciphers });
const code = (name: string) => expect.objectContaining({ code: name });
const AES256 = ['256'];
const AES128 = ['128', '--use-aes=y'];

function encrypted(bytes: Uint8Array, kind: readonly string[], ...permissions: string[]): Uint8Array {
  return qpdfRewrite(bytes, '--allow-weak-crypto', '--encrypt', USER!, OWNER!, ...kind, ...permissions, '--');
}

const by = (file: Uint8Array, who: string, password = USER!, more: Partial<SignOptions> = {}): Promise<Uint8Array> =>
  sign(file, { pki, by: who, stampedAt: pki.now, decryption: withPassword(password), ...more });

async function raised(file: Uint8Array, password = USER!): Promise<Uint8Array> {
  let time = pki.now + HOUR;
  const options = {
    ...{ ...doors, level: 'B-LTA' as const, anchors: pki.anchors, at: time + 60_000, decryption: withPassword(password) },
    ...{ timeStamp: timeStampSource(pki, () => (time += 1000)), evidenceFor: evidenceSource(pki, () => time) },
  };
  return joined(file, await extendPades(memorySource(file), options));
}

describe.skipIf(!tools.qpdf || !tools.pdfsig).each([
  ['AES-256', AES256, false],
  ['AES-256 with object streams', AES256, true],
  ['AES-128', AES128, false],
])('a file encrypted with %s', (_, kind, streams) => {
  const input = encrypted(streams ? qpdfRewrite(prepared(), '--object-streams=generate') : prepared(), kind);
  const made = (async () => {
    const look = { page: 1, rect: [360, 140, 120, 60] as const, text: { lines: ['Nguyễn Văn An'], font: tinos(), size: 12 } };
    const first = await by(input, 'leader', USER, { fieldName: 'leader', reason: 'Phê duyệt', appearance: look });
    const second = await by(first, 'seal', OWNER, { fieldName: 'seal', fill: { so: '12/QĐ-UBND' } });
    return { first, second, last: await raised(second) };
  })();

  it('is signed twice, numbered and raised to B-LTA, and every signature stands', async () => {
    const { last, second } = await made;
    expect(last.subarray(0, input.length)).toEqual(input);
    for (const whole of [second, last]) {
      const report = judged(whole, pki, pki.now + 2 * HOUR, { decryption: withPassword(USER!) });
      expect(report.signatures.flatMap(({ errors }) => errors)).toEqual([]);
      expect(report.signatures.map(({ indication }) => indication)).toEqual(['TOTAL_PASSED', 'TOTAL_PASSED']);
    }
  });

  it('other tools find both signatures valid and the file sound', async () => {
    const { last } = await made;
    for (const password of [
      ['-upw', USER!],
      ['-opw', OWNER!],
    ]) {
      const answer = pdfsig(last, ...password);
      expect(answer.valid, answer.text).toBeGreaterThanOrEqual(2);
      expect(answer.text).not.toMatch(/Invalid|mismatch/i);
    }
    const check = qpdfCheck(last, `--password=${USER}`);
    expect(check.status, check.text).toBe(0);
    expect(pdfText(last, '-upw', USER!).normalize('NFC')).toContain('12/QĐ-UBND');
  });

  it('nothing that we add can be read without the password', async () => {
    const added = fromLatin1((await made).last.subarray(input.length));
    for (const readable of ['D:2026', ' Tf', 'beginbfchar', 'AntinText 1']) expect(added).not.toContain(readable);
    expect(added).toContain('/ETSI.CAdES.detached');
  });

  it('is not judged without its password, as before, nor with a wrong one', async () => {
    const { last } = await made;
    for (const decryption of [undefined, withPassword('sai')]) {
      const report = judged(last, pki, pki.now + 2 * HOUR, { decryption });
      expect(report.verdict).toBe('indeterminate');
      expect(JSON.stringify(report)).toContain(decryption ? 'pdf.password-wrong' : 'pdf.encrypted');
    }
  });

  it('a flipped byte of the encrypted content is found', async () => {
    const { second } = await made;
    const at = fromLatin1(second).indexOf('stream') + 40;
    const report = judged(second.with(at, second[at]! ^ 1), pki, pki.now + 2 * HOUR, { decryption: withPassword(USER!) });
    expect(report.verdict).toBe('invalid');
  });
});

describe('files encrypted by other programs', () => {
  it.each([
    ['libpdf-pdf', 'encryption/PasswordSample-256bit.pdf', 'user', 'owner'],
    ['libpdf-pdf', 'encryption/issue17069.pdf', '', undefined],
    ['pyhanko-pdf', 'minimal-aes256.pdf', 'usersecret', 'ownersecret'],
    ['pyhanko-pdf', 'minimal-two-fields-aes256.pdf', 'usersecret', 'ownersecret'],
    ['pyhanko-pdf', 'minimal-aes256-empty-encrypted-string.pdf', 'secret', undefined],
  ])('%s/%s is signed twice', async (name, path, user, owner = user) => {
    const folder = corpus(name);
    if (folder === undefined) return;
    const input = new Uint8Array(readFileSync(join(folder, path)));
    let file: Uint8Array = input;
    // What a user may not, the owner may: these files differ in what they allow.
    for (const [who, password] of [
      ['leader', owner],
      ['seal', owner],
    ] as const) {
      try {
        file = await by(file, who, password);
      } catch (fault) {
        expect((fault as { code: string }).code).toBe('pades.password-forbids');
        return;
      }
    }
    for (const password of [user, owner]) {
      const report = judged(file, pki, pki.now + HOUR, { decryption: withPassword(password) });
      expect(report.signatures.slice(-2).map(({ indication }) => indication)).toEqual(['TOTAL_PASSED', 'TOTAL_PASSED']);
      // One of them was signed before, by somebody we do not know: its bytes still hold.
      for (const one of report.signatures) expect(one.subIndication ?? '').not.toMatch(/HASH|CRYPTO_FAILURE|FORMAT/);
    }
    if (tools.pdfsig) expect(pdfsig(file, '-upw', user).valid).toBeGreaterThanOrEqual(2);
    if (tools.qpdf) expect(qpdfCheck(file, `--password=${user}`).status).toBe(qpdfCheck(input, `--password=${user}`).status);
  });
});

describe.skipIf(!tools.qpdf)('an encrypted file', () => {
  const plain = encrypted(letter(), AES256);

  it('is refused without its password, with a wrong one, and where RC4 protects it', async () => {
    await expect(sign(plain, { pki, by: 'leader' })).rejects.toThrow(code('pdf.encrypted'));
    await expect(by(plain, 'leader', 'sai')).rejects.toThrow(code('pdf.password-wrong'));
    const weak = encrypted(letter(), ['128', '--use-aes=n']);
    await expect(by(weak, 'leader')).rejects.toThrow(code('pdf.encryption-weak'));
  });

  it.each<[string, boolean, boolean]>([
    ['all', true, true],
    ['annotate', true, false],
    ['form', true, false],
    ['assembly', false, false],
    ['none', false, false],
  ])('with --modify=%s: signing into a field %s, a new field %s; the owner may always', async (modify, fills, adds) => {
    const file = encrypted(prepared(), AES256, `--modify=${modify}`);
    const attempt = async (password: string, fieldName?: string): Promise<string> => {
      try {
        const signed = await by(file, 'leader', password, fieldName === undefined ? {} : { fieldName });
        return judged(signed, pki, pki.now + HOUR, { decryption: withPassword(password) }).verdict;
      } catch (fault) {
        return (fault as { code: string }).code;
      }
    };
    expect(await attempt(USER!, 'seal')).toBe(fills ? 'valid' : 'pades.password-forbids');
    expect(await attempt(USER!)).toBe(adds ? 'valid' : 'pades.password-forbids');
    expect(await attempt(OWNER!)).toBe('valid');
    const reserve = (password: string) => () =>
      addReservedFields(
        memorySource(file),
        { font: tinos(), signatures: [{ name: 'moi', page: 1, rect: [9, 9, 50, 50] }] },
        { ...doors, decryption: withPassword(password) },
      );
    if (!adds) expect(reserve(USER!)).toThrow(code('pades.password-forbids'));
    expect(reserve(OWNER!)().length).toBeGreaterThan(100);
  });

  it('a password given for a file that needs none changes nothing', async () => {
    const signed = await by(letter(), 'leader', 'gi cung duoc');
    expect(judged(signed, pki).verdict).toBe('valid');
  });
});
