import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildPaths } from '@antin/pki/path/build';
import { isPractice } from '@antin/pki/path/practice';
import { checkPathRevocation } from '@antin/pki/path/revocation';
import { validatePath } from '@antin/pki/path/validate';
import { encodePem } from '@antin/pki/pem';
import { nameText } from '@antin/pki/x509/name';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints, certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { openAuthorityKeys } from '../ca/authority-keys.ts';
import { issuance } from '../issuance/issue.ts';
import type { IssueRequest } from '../issuance/rules.ts';
import { migrations } from '../migrations.ts';
import type { SigningKind } from '../keys/signing-key.ts';
import { shardOf } from '../profiles/addresses.ts';
import { PRACTICE_SHARDS } from '../status/shards.ts';
import { reconcile } from '../revocation/revoke.ts';
import { opensslVersion } from '@antin/testkit/openssl';
import { AuthorityForTests, HOUR, START, baseUrl, openssl, pem, person } from '../authority-for-tests.ts';

let database: TestDatabase;
let t: AuthorityForTests;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  t = await new AuthorityForTests(database.db).open();
});
afterAll(async () => {
  t.close();
  await database.close();
});

describe('issuance', () => {
  test('a person and an organisation get what their profile says', async () => {
    const { certificate } = await t.issued();
    expect(nameText(certificate.subject)).toBe('CN=Nguyễn Văn An,OU=Văn phòng,O=SỞ NỘI VỤ,L=Hà Nội,C=VN');
    expect([...(certificate.keyUsage ?? [])]).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(certificate.subjectAltName).toEqual([{ kind: 'rfc822', value: 'an@noivu.gov.vn' }]);
    expect(certificate.crlDistributionPoints[0]?.urls).toEqual([
      `${baseUrl}/crl/issuing-${shardOf(certificate.serialNumber, PRACTICE_SHARDS)}.crl`,
    ]);
    expect(certificate.authorityInfoAccess).toEqual({ ocsp: [`${baseUrl}/ocsp`], caIssuers: [`${baseUrl}/ca/issuing.crt`] });
    expect(new Date(certificate.notAfter).toISOString()).toBe('2031-03-02T01:59:59.000Z');
    expect(isPractice(certificate) && isPractice(t.root)).toBe(true);
    const seal = await t.issued({
      profile: 'organisation',
      subject: { commonName: 'SỞ NỘI VỤ', organization: 'UBND TỈNH' },
      spki: nodeSecrets.generateKeyPair('rsa-2048').spki,
    });
    expect(nameText(seal.certificate.subject)).toBe('CN=SỞ NỘI VỤ,O=UBND TỈNH,C=VN');
  });

  test.skipIf(opensslVersion === undefined)('our engine and openssl accept the path with its lists', async () => {
    const { certificate, serialHex, issuerSha256 } = await t.issued();
    const evidence = await t.service.evidenceFor(serialHex, issuerSha256);
    const anchors = t.service.trustAnchors();
    const [path] = buildPaths(certificate, { anchors, candidates: (evidence?.certificates ?? []).map(parseCertificate) });
    expect(validatePath(path ?? [], { at: t.now, door: nodeCrypto, purpose: 'signer' })).toMatchObject({ status: 'valid' });
    const ocsps = (evidence?.ocsps ?? []).flatMap((der) => parseOcspResponse(der).basic ?? []);
    const crls = (evidence?.crls ?? []).map((der) => parseCrl(der));
    const findings = checkPathRevocation(path ?? [], { crls, ocsps, at: t.now, door: nodeCrypto });
    expect(findings.map((one) => `${one.status} ${one.source}`)).toEqual(['good ocsp', 'good crl']);
    const lists = (evidence?.crls ?? []).map((der) => encodePem('X509 CRL', der)).join('');
    const args = ['-x509_strict', '-attime', String(t.now / 1000), '-crl_check_all', '-CAfile', t.file('root.pem', pem(t.root))];
    const said = openssl(
      'verify',
      ...args,
      '-untrusted',
      t.file('ca.pem', pem(t.issuer)),
      '-CRLfile',
      t.file('lists.pem', lists),
      t.file('ee.pem', pem(certificate)),
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
    const { certificate } = await t.issued({ ...rest, csr: csr(nodeSecrets.sign(key.pkcs8, algorithm, info)) });
    expect(certificate.basicConstraints).toBeUndefined();
    expect(nameText(certificate.subject)).toContain('Trần Thị Bình');
    const stolen = csr(nodeSecrets.sign(nodeSecrets.generateKeyPair('p-256').pkcs8, algorithm, info));
    expect(await t.service.issueCertificate({ ...rest, csr: stolen })).toMatchObject({ code: 'issuance.proof-of-possession' });
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
    ['a validity of six years', { notAfter: START + 6 * 366 * 24 * HOUR }, 'issuance.validity-too-long'],
    ['a validity before the CA', { notBefore: START - 48 * HOUR }, 'issuance.outside-issuer'],
    ['a validity from next week', { notBefore: START + 168 * HOUR }, 'issuance.lint'],
    ['no key', { spki: new Uint8Array([0x30, 0]) }, 'issuance.key-unsupported'],
  ] as const)('refuses %s', async (_, change, code) => {
    expect(await t.service.issueCertificate({ ...person(), ...change } as IssueRequest)).toMatchObject({
      status: 'refused',
      code,
    });
  });

  test('one key is one subject, and a compromised key comes back to nobody', async () => {
    const request = person('Lê Văn Cường');
    const first = await t.issued(request);
    expect(
      await t.service.issueCertificate({ ...request, subject: { ...request.subject, commonName: 'Kẻ Khác' } }),
    ).toMatchObject({
      code: 'issuance.key-of-another-subject',
    });
    await t.issued(request);
    await t.service.revoke(first.serialHex, 'keyCompromise');
    expect(await t.service.issueCertificate(request)).toMatchObject({ code: 'issuance.key-compromised' });
  });

  test('two requests at once cannot give one key to two subjects', async () => {
    const request = person('Một');
    const both = await Promise.all(
      ['Một', 'Hai'].map((commonName) => t.service.issueCertificate({ ...request, subject: { ...request.subject, commonName } })),
    );
    expect(both.map((one) => one.status).sort()).toEqual(['issued', 'refused']);
  });

  test('records intent before, and result after, each use of the key', async () => {
    const { serialHex } = await t.issued();
    const rows = await sql<{
      kind: string;
    }>`select kind from authority.journal_entry where serial_hex = ${serialHex} order by id`.execute(t.db);
    expect(rows.rows.map((row) => row.kind)).toEqual(['certificate.signing', 'certificate.issued']);
    await expect(sql`update authority.journal_entry set kind = 'x'`.execute(t.db)).rejects.toThrow(/append-only/);
  });

  test('a crash between record and signature leaves a serial that is never good and ends revoked', async () => {
    const keys = openAuthorityKeys(join(t.folder, 'data'), baseUrl, t.now);
    let tbsSeen: Uint8Array | undefined;
    const dying = {
      ...keys.issuing,
      key: {
        ...keys.issuing.key,
        sign: async (_kind: SigningKind, tbs: Uint8Array): Promise<Uint8Array> => {
          tbsSeen = tbs;
          throw new Error('power cut');
        },
      },
    };
    const ca = { ...dying, addresses: { baseUrl, issuer: 'issuing', shards: 4 }, policies: [] };
    const { issue } = issuance({ db: t.db, issuerFor: () => ca, clock: () => t.now });
    const key = nodeSecrets.generateKeyPair('p-256');
    await expect(
      issue({
        profile: 'person',
        subject: { organization: 'SỞ NỘI VỤ', commonName: 'Mất Điện' },
        spki: key.spki,
      }),
    ).rejects.toThrow('power cut');
    const { key: caKey, algorithmIdentifier } = keys.issuing;
    const tbs = tbsSeen as Uint8Array;
    const der = certificateFrom(tbs, algorithmIdentifier, await caKey.sign('certificate', tbs));
    expect(await t.statusOf(parseCertificate(der))).toEqual({ kind: 'unknown' });
    expect(await reconcile(t.db, t.now + 1, t.now)).toBe(1);
    expect(await t.statusOf(parseCertificate(der))).toMatchObject({ kind: 'revoked' });
    expect(await reconcile(t.db, t.now + 1, t.now)).toBe(0);
  });
});
