import { contextValue, retag, sequence } from '@antin/formats/der/writer';
import { ocspErrorResponse } from '@antin/pki/ocsp/build';
import { encodePem } from '@antin/pki/pem';
import { extension } from '@antin/pki/x509/build';
import { buildGeneralName } from '@antin/pki/x509/general-name';
import { useFolder } from '@antin/testkit/folder';
import { NOW, mint, mintCa, mintList, scopeOf } from '@antin/testkit/pki/mint';
import type { Minted } from '@antin/testkit/pki/mint';
import { testPki } from '@antin/testkit/pki/test-pki';
import { runCommand } from '@antin/testkit/run-command';
import { describe, expect, it } from 'vitest';
import { run } from './revocation.ts';

const pki = testPki();
const DAY = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const folder = useFolder();
const file = (name: string): string => folder.put(`${name}.cer`, pki.certificate(name).raw);
const crl = (): string => folder.put('issuing.crl', pki.crlAt(pki.now));
const ocsp = (name: string): string => folder.put(`${name}.ocsp`, pki.ocspAt(name, pki.now));

async function revocation(...argv: string[]) {
  const { code, out } = await runCommand(run, [...argv, '--format', 'json']);
  return { exit: code, ...(out === '' ? {} : (JSON.parse(out) as object)) };
}
const about = (name: string, at = pki.now): string[] => ['--cert', file(name), '--issuer', file('issuing'), '--at', iso(at)];

describe('antin revocation', () => {
  it('a list and an answer of a delegated responder say good', async () => {
    expect(await revocation(...about('leader'), '--crl', crl())).toMatchObject({
      exit: 0,
      status: 'good',
      code: null,
      source: 'crl',
    });
    expect(await revocation(...about('leader'), '--ocsp', ocsp('leader'))).toMatchObject({
      exit: 0,
      status: 'good',
      source: 'ocsp',
    });
  });

  it('a revoked certificate is revoked, with moment and reason', async () => {
    const answer = await revocation(...about('revoked'), '--crl', crl());
    expect(answer).toMatchObject({
      exit: 1,
      status: 'revoked',
      code: 'revocation.revoked',
      revokedAt: expect.any(String) as string,
    });
    expect(await revocation(...about('revoked'), '--ocsp', ocsp('revoked'))).toMatchObject({ exit: 1, status: 'revoked' });
  });

  it('an old list, a foreign list, an answer about another and a damaged file are unusable, each with its code', async () => {
    const late = pki.now + 400 * DAY;
    expect(await revocation(...about('leader', late), '--crl', crl())).toMatchObject({
      exit: 2,
      status: 'unusable',
      code: 'crl.stale',
    });
    const root = folder.put('root.crl', pki.crlAt(pki.now, 'root'));
    expect(await revocation(...about('leader'), '--crl', root)).toMatchObject({ exit: 2, status: 'unusable' });
    expect(await revocation(...about('leader'), '--ocsp', ocsp('revoked'))).toMatchObject({
      status: 'unusable',
      code: 'revocation.no-evidence',
    });
    const bytes = pki.crlAt(pki.now).slice(0, 100);
    expect(await revocation(...about('leader'), '--crl', folder.put('cut.crl', bytes))).toMatchObject({
      exit: 2,
      status: 'unusable',
    });
  });

  it('a list whose signature was broken proves nothing, not even a revocation', async () => {
    const bytes = pki.crlAt(pki.now).slice();
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1;
    const broken = folder.put('broken.crl', bytes);
    expect(await revocation(...about('revoked'), '--crl', broken)).toMatchObject({
      status: 'unusable',
      code: 'crl.signature-invalid',
    });
  });

  it('who did not issue the certificate has nothing to say about it', async () => {
    const answer = await revocation('--cert', file('leader'), '--issuer', file('root'), '--crl', crl(), '--at', iso(pki.now));
    expect(answer).toMatchObject({ exit: 2, status: 'unusable', code: 'revocation.not-the-issuer' });
  });

  it('without evidence there is no question', async () => {
    expect(await revocation(...about('leader'))).toMatchObject({ exit: 64 });
  });

  it('a bundle of lists and certificates in PEM is read whole, its damaged parts aside', async () => {
    const list = (issuer: string): string => encodePem('X509 CRL', pki.crlAt(pki.now, issuer));
    const certificate = encodePem('CERTIFICATE', pki.certificate('issuing').raw);
    const damaged = encodePem('X509 CRL', pki.crlAt(pki.now).subarray(0, 90));
    const bundle = folder.put('lists.pem', `all of them\n${certificate}${list('root')}${damaged}${list('issuing')}`);
    expect(await revocation(...about('revoked'), '--crl', bundle)).toMatchObject({ exit: 1, status: 'revoked' });
    expect(await revocation(...about('leader'), '--crl', bundle)).toMatchObject({ exit: 0, status: 'good' });
    const none = folder.put('none.pem', certificate + certificate);
    expect(await revocation(...about('leader'), '--crl', none)).toMatchObject({ status: 'unusable', code: 'pem.no-block' });
  });

  it.each([
    ['tryLater', 'ocsp.try-later'],
    ['unauthorized', 'ocsp.unauthorized'],
    ['malformedRequest', 'ocsp.malformed-request'],
  ] as const)('a responder that answers %s has said nothing', async (status, code) => {
    const answer = folder.put('error.ocsp', ocspErrorResponse(status));
    expect(await revocation(...about('leader'), '--ocsp', answer)).toMatchObject({ exit: 2, status: 'unusable', code });
  });

  it('an answer to another question says good of nobody, but revoked stays revoked', async () => {
    const nonce = new Uint8Array(32).fill(7);
    const own = folder.put('own.ocsp', pki.ocspAt('leader', pki.now, { nonce }));
    const old = folder.put('revoked.ocsp', pki.ocspAt('revoked', pki.now));
    const asked = ['--nonce', '07'.repeat(32)];
    const other = ['--nonce', '08'.repeat(32)];
    expect(await revocation(...about('leader'), '--ocsp', own, ...asked)).toMatchObject({ exit: 0, status: 'good' });
    expect(await revocation(...about('leader'), '--ocsp', own, ...other)).toMatchObject({ exit: 2, code: 'ocsp.nonce-mismatch' });
    expect(await revocation(...about('leader'), '--ocsp', ocsp('leader'), ...asked)).toMatchObject({
      code: 'ocsp.nonce-mismatch',
    });
    expect(await revocation(...about('revoked'), '--ocsp', old, ...asked)).toMatchObject({ exit: 1, status: 'revoked' });
    expect(await revocation(...about('leader'), '--ocsp', own, '--nonce', 'xyz')).toMatchObject({ exit: 64 });
  });

  it('the signer of an indirect list must come from somewhere that is trusted', async () => {
    const root = mintCa({ subject: 'Root' });
    const [ca, lister] = ['CA', 'Lister'].map((subject) => mintCa({ subject, issuer: root })) as [Minted, Minted];
    const issuers = sequence(buildGeneralName({ kind: 'directory', name: lister.subject }));
    const pointer = extension('2.5.29.31', false, sequence(sequence(retag(issuers, 0xa2))));
    const put = (name: string, one: Minted): string => folder.put(name, one.raw);
    const indirect = [scopeOf(contextValue(4, Uint8Array.of(0xff)))];
    const asked = [
      ...['--cert', put('leaf.cer', mint({ subject: 'Leaf', issuer: ca, extensions: [pointer] }))],
      ...['--issuer', put('ca.cer', ca), '--at', iso(NOW), '--certificate', put('lister.cer', lister)],
      '--crl',
      folder.put('indirect.crl', mintList({ issuer: lister, extensions: indirect })),
      folder.put('own.crl', mintList({ issuer: root })),
    ];
    expect(await revocation(...asked)).toMatchObject({ exit: 2, code: 'crl.issuer-not-authorised' });
    expect(await revocation(...asked, '--trust', put('root.cer', root))).toMatchObject({ exit: 0, status: 'good' });
  });

  it('speaks Vietnamese, or English where it is asked to', async () => {
    const say = async (...argv: string[]) => (await runCommand(run, argv)).out;
    expect(await say(...about('leader'), '--crl', crl())).toMatch(/^Không bị thu hồi, theo CRL ngày 02\/03\/2026 09:00/);
    expect(await say(...about('leader'), '--crl', crl(), '--lang', 'en')).toMatch(/^Not revoked, according to CRL of/);
    expect(await say(...about('revoked'), '--crl', crl(), '--lang', 'en')).toMatch(/^Revoked on .* \(keyCompromise\)/);
    expect(await say(...about('leader', pki.now + 400 * DAY), '--crl', crl())).toBe(
      'Không kết luận được: danh sách thu hồi đã quá hạn [crl.stale]\n',
    );
    expect(await revocation(...about('leader'), '--crl', crl(), '--lang', 'fr')).toMatchObject({ exit: 64 });
  });
});
