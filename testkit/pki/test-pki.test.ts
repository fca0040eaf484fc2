import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildPaths } from '@antin/pki/path/build';
import { checkRevocation } from '@antin/pki/path/revocation';
import type { RevocationOptions } from '@antin/pki/path/revocation-finding';
import { validatePath } from '@antin/pki/path/validate';
import { encodePem } from '@antin/pki/pem';
import { buildTimeStampResponse } from '@antin/pki/tsp/response';
import type { Certificate } from '@antin/pki/x509/certificate';
import { opensslVersion } from '../openssl.ts';
import { testPki } from './test-pki.ts';

const pki = testPki();
const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'antin-pki-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const pem = (certificate: Certificate) => encodePem('CERTIFICATE', certificate.raw);
const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const stamp = String(pki.now / 1000);

function validate(name: string, purpose: 'signer' | 'time-stamp' = 'signer') {
  const candidates = ['issuing', 'issuingRsa'].map((one) => pki.certificate(one));
  const paths = buildPaths(pki.certificate(name), { anchors: pki.anchors, candidates });
  return paths.map((path) => validatePath(path, { at: pki.now, door: nodeCrypto, purpose }));
}

function status(name: string, options: Partial<RevocationOptions> & { ocsp?: Uint8Array; crl?: Uint8Array }) {
  const { ocsp, crl, ...rest } = options;
  const basic = ocsp === undefined ? undefined : parseOcspResponse(ocsp).basic;
  return checkRevocation(pki.certificate(name), pki.certificate('issuing'), {
    crls: crl === undefined ? [] : [parseCrl(crl)],
    ocsps: basic === undefined ? [] : [basic],
    at: pki.now,
    door: nodeCrypto,
    anchors: pki.anchors,
    ...rest,
  });
}

describe('people in every state', () => {
  test.each(['leader', 'leaderRsa', 'seal', 'sealRsa'])('%s has one valid path', (name) => {
    expect(validate(name).map((one) => one.status)).toEqual(['valid']);
  });
  test.each([
    ['expired', 'path.expired'],
    ['notYetValid', 'path.not-yet-valid'],
    ['wrongEku', 'path.extended-key-usage'],
    ['brokenSignature', 'path.signature-invalid'],
    ['tsa', 'path.extended-key-usage'],
    // The foreign root bears the trusted root's name: a path is found and its signature is not the root's.
    ['unknownIssuer', 'path.signature-invalid'],
  ])('%s is refused as a signer for %s alone', (name, code) => {
    const [result] = validate(name);
    expect(result?.problems.map((one) => one.code)).toEqual([code]);
  });
  test('a time-stamp authority is one only with its critical sole purpose', () => {
    expect(validate('tsa', 'time-stamp')[0]?.status).toBe('valid');
    expect(validate('leader', 'time-stamp')[0]?.problems.map((one) => one.code)).toEqual(['path.extended-key-usage']);
  });
});

describe('status by CRL', () => {
  test('tells good from revoked, with moment and reason', () => {
    const crl = pki.crlAt(pki.now);
    expect(status('leader', { crl })).toMatchObject({ status: 'good', source: 'crl' });
    expect(status('revoked', { crl })).toMatchObject({
      status: 'revoked',
      revokedAt: Date.parse('2026-02-01T00:00:00Z'),
      reason: 1,
    });
    expect(status('revokedLater', { crl })).toMatchObject({ status: 'good' });
  });
  test('a list from before the revocation is good then and stale later', () => {
    const crl = pki.crlAt(Date.parse('2026-01-20T00:00:00Z'));
    expect(status('revoked', { crl, at: Date.parse('2026-01-21T00:00:00Z') })).toMatchObject({ status: 'good' });
    expect(status('revoked', { crl })).toMatchObject({ status: 'unknown', why: ['crl.stale'] });
  });
  test('a list from the future is refused, unless the present is as late', () => {
    const crl = pki.crlAt(pki.now + DAY);
    expect(status('leader', { crl })).toMatchObject({ status: 'unknown', why: ['crl.not-yet-valid'] });
    expect(status('leader', { crl, now: pki.now + DAY })).toMatchObject({ status: 'good' });
  });
  test('a list of another CA says nothing, and a flipped bit makes it worthless', () => {
    expect(status('leader', { crl: pki.crlAt(pki.now, 'root') }).status).toBe('unknown');
    const crl = pki.crlAt(pki.now);
    crl[crl.length - 1] = (crl.at(-1) as number) ^ 1;
    expect(status('leader', { crl })).toMatchObject({ status: 'unknown', why: ['crl.signature-invalid'] });
  });
  test('a list that is silent about an expired certificate proves nothing', () => {
    expect(status('expired', { crl: pki.crlAt(pki.now) })).toMatchObject({ status: 'unknown', why: ['revocation.after-expiry'] });
  });
});

describe('status by OCSP', () => {
  test.each(['SHA-1', 'SHA-256'] as const)('with a %s CertID', (certIdDigest) => {
    expect(status('leader', { ocsp: pki.ocspAt('leader', pki.now, { certIdDigest }) })).toMatchObject({
      status: 'good',
      source: 'ocsp',
    });
    expect(status('revoked', { ocsp: pki.ocspAt('revoked', pki.now, { certIdDigest }) })).toMatchObject({
      status: 'revoked',
      reason: 1,
    });
  });
  test('signed by the CA itself is believed too', () => {
    expect(status('leader', { ocsp: pki.ocspAt('leader', pki.now, { responder: 'issuing' }) }).status).toBe('good');
  });
  test.each([
    ['leader', 'ocsp.responder-not-authorised'],
    ['tsa', 'ocsp.responder-not-authorised'],
    ['ocspRsa', 'ocsp.responder-not-authorised'],
    ['foreignRoot', 'ocsp.responder-not-authorised'],
  ])('signed by %s is not believed', (responder, code) => {
    expect(status('leader', { ocsp: pki.ocspAt('leader', pki.now, { responder }) })).toMatchObject({
      status: 'unknown',
      why: [code],
    });
  });
  test('about another certificate says nothing about this one', () => {
    expect(status('leader', { ocsp: pki.ocspAt('seal', pki.now) })).toMatchObject({
      status: 'unknown',
      why: ['revocation.no-evidence'],
    });
  });
  test('stale, future and unknown answers are not good', () => {
    expect(status('leader', { ocsp: pki.ocspAt('leader', pki.now - 2 * DAY) })).toMatchObject({
      status: 'unknown',
      why: ['ocsp.stale'],
    });
    expect(status('leader', { ocsp: pki.ocspAt('leader', pki.now + DAY) })).toMatchObject({ why: ['ocsp.not-yet-valid'] });
    expect(status('leader', { ocsp: pki.ocspAt('leader', pki.now, { status: 'unknown' }) })).toMatchObject({
      why: ['ocsp.status-unknown'],
    });
  });
  test('a believable "revoked" beats a "good" of the other source', () => {
    expect(status('revoked', { crl: pki.crlAt(pki.now), ocsp: pki.ocspAt('revoked', pki.now, { status: 'good' }) }).status).toBe(
      'revoked',
    );
  });
});

describe.skipIf(opensslVersion === undefined)('openssl agrees', () => {
  const root = file('root.pem', pem(pki.certificate('root')));
  const issuing = file('issuing.pem', pem(pki.certificate('issuing')));
  const crls = file('crls.pem', ['issuing', 'root'].map((one) => encodePem('X509 CRL', pki.crlAt(pki.now, one))).join(''));
  const verify = (name: string) =>
    openssl(
      'verify',
      '-x509_strict',
      '-attime',
      stamp,
      '-crl_check_all',
      '-CAfile',
      root,
      '-untrusted',
      issuing,
      '-CRLfile',
      crls,
      file(`${name}.pem`, pem(pki.certificate(name))),
    );
  test('with good paths and lists, and with refusals', () => {
    expect(verify('leader')).toContain('OK');
    expect(verify('seal')).toContain('OK');
    expect(() => verify('revoked')).toThrow(/revoked/);
    expect(() => verify('expired')).toThrow(/expired/);
  });
  test('with the CRL signature', () => {
    const crl = file('issuing.crl', pki.crlAt(pki.now));
    const check = (ca: string) =>
      spawnSync('openssl', ['crl', '-inform', 'DER', '-in', crl, '-CAfile', ca, '-noout'], { encoding: 'utf8' });
    expect(check(issuing).stderr).toContain('verify OK');
    expect(check(root).stderr).not.toContain('verify OK');
  });
  test.each([
    ['leader', 'good'],
    ['revoked', 'revoked'],
  ])('with the OCSP answer about %s', (name, word) => {
    // openssl judges by its own clock; the answer is made for the moment of the test run.
    const at = Date.now();
    const response = file('response.der', pki.ocspAt(name, at, { certIdDigest: 'SHA-256' }));
    const certificate = file(`${name}.pem`, pem(pki.certificate(name)));
    const said = openssl('ocsp', '-respin', response, '-sha256', '-issuer', issuing, '-cert', certificate, '-CAfile', root);
    expect(said).toContain(`: ${word}`);
  });
  test('with the time-stamp token', () => {
    const data = new TextEncoder().encode('công văn số 1');
    const hash = new Uint8Array(createHash('sha256').update(data).digest());
    const token = pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now);
    const response = file('token.tsr', buildTimeStampResponse({ status: 0, token }));
    const good = ['ts', '-verify', '-in', response, '-CAfile', root, '-untrusted', issuing, '-attime', stamp, '-data'];
    expect(openssl(...good, file('data.txt', data))).toContain('OK');
    expect(() => openssl(...good, file('other.txt', 'khác'))).toThrow();
  });
});
