import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildPaths } from '@antin/pki/path/build';
import { isPractice } from '@antin/pki/path/practice';
import { checkPathRevocation } from '@antin/pki/path/revocation';
import { validatePath } from '@antin/pki/path/validate';
import { encodePem } from '@antin/pki/pem';
import { nameText } from '@antin/pki/x509/name';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { openAuthorityKeys } from './ca/authority-keys.ts';
import { fingerprint, issuance } from './issuance/issue.ts';
import type { Issued } from './issuance/issue.ts';
import type { IssueRequest } from './issuance/rules.ts';
import { migrations } from './migrations.ts';
import { reconcile } from './revocation/revoke.ts';
import { authorityService } from './service.ts';
import type { AuthorityService } from './service.ts';
import { putCrl } from './status/store.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-02T02:00:00Z');
const baseUrl = 'http://127.0.0.1:8080/authority';
const log = { info: () => {}, error: () => {} };
const folder = mkdtempSync(join(tmpdir(), 'antin-authority-'));
let base: TestDatabase;
let now = START;
let authority: AuthorityService;

const open = (dataDir = join(folder, 'data')) => authorityService({ db: base.db, dataDir, baseUrl, clock: () => now, log });
beforeAll(async () => {
  base = await testDatabase(migrations, 'authority');
  authority = await open();
});
afterAll(async () => {
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

const person = (
  commonName = 'Nguyễn Văn An',
  key = nodeSecrets.generateKeyPair('p-256'),
): IssueRequest & { pkcs8: Uint8Array } => ({
  profile: 'person',
  subject: { commonName, organization: 'SỞ NỘI VỤ', organizationalUnit: 'Văn phòng', locality: 'Hà Nội' },
  mail: 'an@noivu.gov.vn',
  spki: key.spki,
  pkcs8: key.pkcs8,
});
async function issued(request: IssueRequest = person()): Promise<Issued> {
  const done = await authority.issueCertificate(request);
  if (done.status === 'refused') throw new Error(`${done.code} ${done.detail ?? ''}`);
  return done;
}
const get = async (path: string) => {
  const answer = await authority.app.request(path);
  return { answer, bytes: new Uint8Array(await answer.arrayBuffer()) };
};
const issuer = () => authority.chain()[0] as Certificate;
const root = () => authority.trustAnchors()[0]?.certificate as Certificate;
const ask = (serial: Uint8Array, nonce?: Uint8Array, of = issuer()) =>
  buildOcspRequest([certId(of, serial, 'SHA-1', nodeCrypto)], nonce);
async function statusOf(certificate: Certificate) {
  const response = parseOcspResponse(await authority.ocsp(ask(certificate.serialNumber)));
  return response.basic?.responses[0]?.status;
}
const file = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const pem = (certificate: Certificate) => encodePem('CERTIFICATE', certificate.raw);
const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('issuance', () => {
  test('a person and an organisation get what their profile says', async () => {
    const { certificate } = await issued();
    expect(nameText(certificate.subject)).toBe('CN=Nguyễn Văn An,OU=Văn phòng,O=SỞ NỘI VỤ,L=Hà Nội,C=VN');
    expect([...(certificate.keyUsage ?? [])]).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(certificate.subjectAltName).toEqual([{ kind: 'rfc822', value: 'an@noivu.gov.vn' }]);
    expect(certificate.crlDistributionPoints[0]?.urls).toEqual([`${baseUrl}/crl/issuing.crl`]);
    expect(certificate.authorityInfoAccess).toEqual({ ocsp: [`${baseUrl}/ocsp`], caIssuers: [`${baseUrl}/ca/issuing.crt`] });
    expect(new Date(certificate.notAfter).toISOString()).toBe('2031-03-02T01:59:59.000Z');
    expect(isPractice(certificate) && isPractice(root())).toBe(true);
    const seal = await issued({
      profile: 'organisation',
      subject: { commonName: 'SỞ NỘI VỤ', organization: 'UBND TỈNH' },
      spki: nodeSecrets.generateKeyPair('rsa-2048').spki,
    });
    expect(nameText(seal.certificate.subject)).toBe('CN=SỞ NỘI VỤ,O=UBND TỈNH,C=VN');
  });

  test('our engine and openssl accept the path with its lists', async () => {
    const { certificate, serialHex, issuerSha256 } = await issued();
    const evidence = await authority.evidenceFor(serialHex, issuerSha256);
    const anchors = authority.trustAnchors();
    const [path] = buildPaths(certificate, { anchors, candidates: (evidence?.certificates ?? []).map(parseCertificate) });
    expect(validatePath(path ?? [], { at: now, door: nodeCrypto, purpose: 'signer' })).toMatchObject({ status: 'valid' });
    const ocsps = (evidence?.ocsps ?? []).flatMap((der) => parseOcspResponse(der).basic ?? []);
    const crls = (evidence?.crls ?? []).map((der) => parseCrl(der));
    const findings = checkPathRevocation(path ?? [], { crls, ocsps, at: now, door: nodeCrypto });
    expect(findings.map((one) => `${one.status} ${one.source}`)).toEqual(['good ocsp', 'good crl']);
    const lists = (evidence?.crls ?? []).map((der) => encodePem('X509 CRL', der)).join('');
    const args = ['-x509_strict', '-attime', String(now / 1000), '-crl_check_all', '-CAfile', file('root.pem', pem(root()))];
    const said = openssl(
      'verify',
      ...args,
      '-untrusted',
      file('ca.pem', pem(issuer())),
      '-CRLfile',
      file('lists.pem', lists),
      file('ee.pem', pem(certificate)),
    );
    expect(said).toContain('OK');
  });

  test('a CSR proves possession, and its wishes for extensions are not followed', async () => {
    const key = nodeSecrets.generateKeyPair('p-256');
    const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
    const info = buildCertificationRequestInfo({
      subject: buildName([['CN', 'Ai cũng được']]),
      spki: key.spki,
      extensions: [basicConstraints(true)],
    });
    const csr = (signature: Uint8Array) => buildCertificationRequest(info, signatureAlgorithmIdentifier(algorithm), signature);
    const { spki: _, ...rest } = person('Trần Thị Bình');
    const { certificate } = await issued({ ...rest, csr: csr(nodeSecrets.sign(key.pkcs8, algorithm, info)) });
    expect(certificate.basicConstraints).toBeUndefined();
    expect(nameText(certificate.subject)).toContain('Trần Thị Bình');
    const stolen = csr(nodeSecrets.sign(nodeSecrets.generateKeyPair('p-256').pkcs8, algorithm, info));
    expect(await authority.issueCertificate({ ...rest, csr: stolen })).toMatchObject({ code: 'issuance.proof-of-possession' });
  });

  test.each([
    [
      'a name with a hidden direction mark',
      { subject: { commonName: 'An\u202enauq', organization: 'SỞ' } },
      'issuance.subject-invalid',
    ],
    ['an empty organisation', { subject: { commonName: 'An', organization: '' } }, 'issuance.subject-invalid'],
    ['a name beyond X.520', { subject: { commonName: 'A'.repeat(65), organization: 'SỞ' } }, 'issuance.subject-too-long'],
    ['a mail address with a line break', { mail: 'a@b.vn\nx' }, 'issuance.mail-invalid'],
    ['a validity of six years', { notAfter: START + 6 * 366 * 24 * HOUR }, 'issuance.lint'],
    ['a validity before the CA', { notBefore: START - 48 * HOUR }, 'issuance.lint'],
    ['no key', { spki: new Uint8Array([0x30, 0]) }, 'issuance.key-unsupported'],
  ] as const)('refuses %s', async (_, change, code) => {
    expect(await authority.issueCertificate({ ...person(), ...change } as IssueRequest)).toMatchObject({
      status: 'refused',
      code,
    });
  });

  test('one key is one subject, and a compromised key comes back to nobody', async () => {
    const request = person('Lê Văn Cường');
    const first = await issued(request);
    expect(
      await authority.issueCertificate({ ...request, subject: { ...request.subject, commonName: 'Kẻ Khác' } }),
    ).toMatchObject({
      code: 'issuance.key-of-another-subject',
    });
    await issued(request);
    await authority.revoke(first.serialHex, 'keyCompromise');
    expect(await authority.issueCertificate(request)).toMatchObject({ code: 'issuance.key-compromised' });
  });

  test('records intent before, and result after, each use of the key', async () => {
    const { serialHex } = await issued();
    const rows = await sql<{
      kind: string;
    }>`select kind from authority.event where serial_hex = ${serialHex} order by id`.execute(base.db);
    expect(rows.rows.map((row) => row.kind)).toEqual(['certificate.signing', 'certificate.issued']);
    await expect(sql`update authority.event set kind = 'x'`.execute(base.db)).rejects.toThrow(/append-only/);
  });

  test('a crash between record and signature leaves a serial that is never good and ends revoked', async () => {
    const keys = openAuthorityKeys(join(folder, 'data'), baseUrl, now);
    let tbsSeen: Uint8Array | undefined;
    const dying = {
      ...keys.issuing,
      signCertificate: (tbs: Uint8Array) => {
        tbsSeen = tbs;
        throw new Error('power cut');
      },
    };
    const issue = issuance({ db: base.db, ca: dying, baseUrl, clock: () => now });
    const key = nodeSecrets.generateKeyPair('p-256');
    await expect(
      issue({
        profile: 'person',
        subject: [
          ['C', 'VN'],
          ['CN', 'Mất Điện'],
        ],
        spki: key.spki,
      }),
    ).rejects.toThrow('power cut');
    const der = keys.issuing.signCertificate(tbsSeen as Uint8Array, { ca: false });
    expect(await statusOf(parseCertificate(der))).toEqual({ kind: 'unknown' });
    expect(await reconcile(base.db, now + 1, now)).toBe(1);
    expect(await statusOf(parseCertificate(der))).toMatchObject({ kind: 'revoked' });
    expect(await reconcile(base.db, now + 1, now)).toBe(0);
  });
});

describe('revocation', () => {
  test('is in OCSP and in a new list of a higher number at once', async () => {
    const { certificate, serialHex } = await issued();
    const before = parseCrl((await get('/crl/issuing.crl')).bytes);
    expect(before.find(certificate.serialNumber)).toBeUndefined();
    now += 1000;
    expect(await authority.revoke(serialHex, 'affiliationChanged')).toMatchObject({ status: 'revoked', reason: 3 });
    expect(await statusOf(certificate)).toEqual({ kind: 'revoked', at: now, reason: 3 });
    const { bytes, answer } = await get('/crl/issuing.crl');
    const after = parseCrl(bytes);
    expect(answer.headers.get('content-type')).toBe('application/pkix-crl');
    expect(after.find(certificate.serialNumber)).toMatchObject({ revokedAt: now, reason: 3 });
    expect((after.crlNumber as bigint) > (before.crlNumber as bigint)).toBe(true);
  });

  test('nothing weakens it; a compromised key makes it stronger', async () => {
    const { serialHex } = await issued();
    await authority.revoke(serialHex, 'superseded');
    expect(await authority.revoke(serialHex, 'unspecified')).toMatchObject({ code: 'revocation.already-revoked' });
    expect(await authority.revoke(serialHex, 'keyCompromise')).toMatchObject({ status: 'revoked', reason: 1 });
    expect(await authority.revoke(serialHex, 'keyCompromise')).toMatchObject({ code: 'revocation.already-revoked' });
  });

  test('is refused for unknown serials, other reasons and the future', async () => {
    const { serialHex } = await issued();
    expect(await authority.revoke('41ff', 'superseded')).toMatchObject({ code: 'revocation.unknown-serial' });
    expect(await authority.revoke(serialHex, 'certificateHold' as never)).toMatchObject({
      code: 'revocation.reason-not-allowed',
    });
    expect(await authority.revoke(serialHex, 'superseded', now + HOUR)).toMatchObject({ code: 'revocation.moment-in-future' });
    expect(await authority.revoke(serialHex, 'superseded', START - 24 * HOUR)).toMatchObject({
      code: 'revocation.moment-before-issue',
    });
  });

  test('the store refuses a list whose number is not greater', async () => {
    const crl = { number: 5, thisUpdate: now, nextUpdate: now + HOUR, der: new Uint8Array(1), entries: 0 };
    await putCrl(base.db, 'test', crl);
    await expect(putCrl(base.db, 'test', crl)).rejects.toMatchObject({ code: 'crl.number-not-greater' });
    await expect(putCrl(base.db, 'test', { ...crl, number: 4 })).rejects.toMatchObject({ code: 'crl.number-not-greater' });
  });

  test('lists are renewed when nobody is revoked, and by two builders at once only once', async () => {
    const before = parseCrl((await get('/crl/issuing.crl')).bytes);
    now += 7 * HOUR;
    await Promise.all([authority.runJobs(), authority.runJobs()]);
    const after = parseCrl((await get('/crl/issuing.crl')).bytes);
    expect(after.thisUpdate).toBe(Math.floor(now / 1000) * 1000);
    expect(after.crlNumber).toBe(BigInt(now));
    expect(after.entryCount).toBe(before.entryCount);
  });
});

describe('OCSP', () => {
  const post = (body: Uint8Array, type = 'application/ocsp-request') =>
    authority.app.request('/ocsp', { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': type } });

  test('openssl asks and believes the answer, with and without a nonce', async () => {
    const { certificate } = await issued();
    const certificateFile = file('asked.pem', pem(certificate));
    const issuerFile = file('issuer.pem', pem(issuer()));
    for (const extra of [['-nonce'], ['-no_nonce']]) {
      const request = join(folder, 'request.der');
      openssl('ocsp', '-sha256', '-issuer', issuerFile, '-cert', certificateFile, ...extra, '-reqout', request);
      const response = await post(new Uint8Array(execFileSync('cat', [request])));
      expect(response.headers.get('content-type')).toBe('application/ocsp-response');
      const answer = file('answer.der', new Uint8Array(await response.arrayBuffer()));
      const said = openssl(
        'ocsp',
        // Else openssl replaces the nonce of the request it reads.
        '-no_nonce',
        '-reqin',
        request,
        '-respin',
        answer,
        '-sha256',
        '-issuer',
        issuerFile,
        '-cert',
        certificateFile,
        '-CAfile',
        file('root.pem', pem(root())),
        '-attime',
        String(now / 1000),
        '-validity_period',
        '3155760000',
      );
      expect(said).toMatch(/: good/);
    }
  });

  test('GET answers may be kept, answers to a nonce may not', async () => {
    const { certificate } = await issued();
    const path = `/ocsp/${encodeURIComponent(Buffer.from(ask(certificate.serialNumber)).toString('base64'))}`;
    const { answer, bytes } = await get(path);
    expect(parseOcspResponse(bytes).basic?.responses[0]?.status).toEqual({ kind: 'good' });
    expect(answer.headers.get('cache-control')).toContain('max-age=60');
    const again = await authority.app.request(path, { headers: { 'if-none-match': answer.headers.get('etag') as string } });
    expect([200, 304]).toContain(again.status);
    const nonce = nodeSecrets.random(32);
    const response = await post(ask(certificate.serialNumber, nonce));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(parseOcspResponse(new Uint8Array(await response.arrayBuffer())).basic?.nonce).toEqual(nonce);
  });

  test.each([
    ['rubbish', () => Uint8Array.of(1, 2, 3), 'malformedRequest'],
    ['a nonce of 129 octets', () => ask(Uint8Array.of(5), new Uint8Array(129)), 'malformedRequest'],
    ['an empty nonce', () => ask(Uint8Array.of(5), new Uint8Array(0)), 'malformedRequest'],
    ['a foreign issuer', () => ask(Uint8Array.of(5), undefined, root()), 'unauthorized'],
  ] as const)('answers %s with the error the RFC names', async (_, request, status) => {
    expect(parseOcspResponse(await authority.ocsp(request())).status).toBe(status);
  });

  test('a serial never issued is unknown, and the root is not asked here', async () => {
    const response = parseOcspResponse(await authority.ocsp(ask(Uint8Array.of(0x41, 1, 2))));
    expect(response.basic?.responses[0]?.status).toEqual({ kind: 'unknown' });
    expect((await post(ask(Uint8Array.of(5)), 'text/plain')).status).toBe(415);
    expect((await post(new Uint8Array(20_000))).status).toBe(413);
  });

  test('the responder certificate lives for weeks and is renewed in time', async () => {
    const responder = async () => {
      const basic = parseOcspResponse(await authority.ocsp(ask(Uint8Array.of(5)))).basic;
      return parseCertificate(basic?.certificates[0] as Uint8Array);
    };
    const first = await responder();
    expect(first.notAfter - first.notBefore).toBeLessThan(32 * 24 * HOUR);
    expect(first.ocspNoCheck).toBe(true);
    now = first.notAfter - 5 * 24 * HOUR;
    await authority.runJobs();
    const second = await responder();
    expect(second.serialHex).not.toBe(first.serialHex);
    expect(second.notAfter).toBeGreaterThan(first.notAfter);
  });
});

describe('time-stamps', () => {
  const post = async (body: Uint8Array) => {
    const headers = { 'content-type': 'application/timestamp-query' };
    return authority.app.request('/tsa', { method: 'POST', body: new Uint8Array(body), headers });
  };
  const query = (...options: string[]) => {
    const out = join(folder, 'query.tsq');
    openssl('ts', '-query', '-data', file('data.txt', 'công văn'), ...options, '-out', out);
    return new Uint8Array(execFileSync('cat', [out]));
  };
  const text = async (request: Uint8Array) => {
    const reply = file('reply.tsr', new Uint8Array(await (await post(request)).arrayBuffer()));
    return openssl('ts', '-reply', '-in', reply, '-text');
  };

  test.each([
    [['-sha256', '-cert']],
    [['-sha512', '-cert', '-no_nonce']],
    [['-sha256']],
    [['-sha384', '-cert', '-tspolicy', '2.999.68.2024.2']],
  ])('openssl verifies the answer to %s', async (options) => {
    const answer = await post(query(...options));
    expect(answer.headers.get('content-type')).toBe('application/timestamp-reply');
    const reply = file('reply.tsr', new Uint8Array(await answer.arrayBuffer()));
    const tsa = await sql<{
      der: Buffer;
    }>`select der from authority.certificate where profile = 'tsa' and state = 'good'`.execute(base.db);
    const untrusted = file(
      'untrusted.pem',
      pem(issuer()) + tsa.rows.map((row) => pem(parseCertificate(new Uint8Array(row.der)))).join(''),
    );
    const args = ['-CAfile', file('root.pem', pem(root())), '-untrusted', untrusted, '-attime', String(Math.ceil(now / 1000))];
    expect(openssl('ts', '-verify', '-in', reply, '-queryfile', join(folder, 'query.tsq'), ...args)).toContain('OK');
  });

  test('refuses weak hashes, other policies, rubbish and long bodies in the words of the RFC', async () => {
    expect(await text(query('-sha1'))).toMatch(/unrecognized or unsupported algorithm/i);
    expect(await text(query('-sha224'))).toMatch(/unrecognized or unsupported algorithm/i);
    expect(await text(query('-sha256', '-tspolicy', '1.2.3'))).toMatch(/policy/i);
    expect(await text(Uint8Array.of(0x30, 0))).toMatch(/Rejected/);
    expect((await post(new Uint8Array(5000))).status).toBe(413);
  });

  test('time never goes back, not even over a restart', async () => {
    const request = query('-sha256', '-cert');
    expect(await text(request)).toContain('Granted');
    now -= 500;
    expect(await text(request)).toContain('Granted');
    now -= HOUR;
    expect(await text(request)).toMatch(/time source is not available/i);
    authority = await open();
    expect(await text(request)).toMatch(/time source is not available/i);
    now += 2 * HOUR;
    expect(await text(request)).toContain('Granted');
    const times = await sql<{ at: Date }>`select gen_time as at from authority.time_stamp order by ctid`.execute(base.db);
    const moments = times.rows.map((row) => row.at.getTime());
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
  });
});

describe('the folder', () => {
  test('a restart finds the same authority', async () => {
    const again = await open();
    expect(fingerprint(again.trustAnchors()[0]?.certificate as Certificate)).toBe(fingerprint(root()));
  });
  test('a lost key is not silently replaced, and a readable key is refused', async () => {
    const dataDir = join(folder, 'other');
    openAuthorityKeys(dataDir, baseUrl, now);
    chmodSync(join(dataDir, 'practice-keys', 'root.key'), 0o644);
    expect(() => openAuthorityKeys(dataDir, baseUrl, now)).toThrow(expect.objectContaining({ code: 'ca.key-not-private' }));
    rmSync(join(dataDir, 'practice-keys', 'root.key'));
    expect(() => openAuthorityKeys(dataDir, baseUrl, now)).toThrow(expect.objectContaining({ code: 'ca.keys-incomplete' }));
  });
  test('a key signs only what is its own', () => {
    const keys = openAuthorityKeys(join(folder, 'third'), baseUrl, now);
    const { tbs } = issuer();
    expect(() => keys.issuing.signCertificate(tbs, { ca: true })).toThrow(expect.objectContaining({ code: 'ca.tbs-refused' }));
    expect(() => keys.issuing.signAnswer(tbs)).toThrow(expect.objectContaining({ code: 'ca.tbs-refused' }));
  });
});
