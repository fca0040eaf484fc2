import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { buildPaths } from '@antin/pki/path/build';
import { checkPathRevocation } from '@antin/pki/path/revocation';
import { validatePath } from '@antin/pki/path/validate';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { AuthorityForTests, HOUR, person } from '../authority-for-tests.ts';
import type { Issued } from '../issuance/issue.ts';
import { migrations } from '../migrations.ts';

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

/** What a stranger who trusts the root finds out about a certificate, with fresh evidence. */
async function judged({ certificate, serialHex, issuerSha256 }: Issued): Promise<string[]> {
  const evidence = await t.service.evidenceFor(serialHex, issuerSha256);
  const candidates = (evidence?.certificates ?? []).map(parseCertificate);
  const paths = [...buildPaths(certificate, { anchors: t.service.trustAnchors(), candidates })];
  const good = paths.find((path) => validatePath(path, { at: t.now, door: nodeCrypto, purpose: 'signer' }).status === 'valid');
  const ocsps = (evidence?.ocsps ?? []).flatMap((der) => parseOcspResponse(der).basic ?? []);
  const crls = (evidence?.crls ?? []).map((der) => parseCrl(der));
  return checkPathRevocation(good ?? [], { crls, ocsps, at: t.now, door: nodeCrypto }).map(
    (one) => `${one.status} ${one.source}`,
  );
}

describe('a CA that gets a new key', () => {
  let before: Issued;
  let after: Issued;

  test('issues under it, while the older one goes on answering for what it issued', async () => {
    before = await t.issued(person('Nguyễn Văn An'));
    const next = await t.service.cas.prepareNext('issuing');
    expect((await t.issued(person('Chưa đổi'))).issuerSha256).toBe(before.issuerSha256);
    await t.service.cas.activate(next.issuerSha256);
    after = await t.issued(person('Trần Thị Bình'));
    expect(after.issuerSha256).toBe(next.issuerSha256);
    expect(after.certificate.issuer.raw).toEqual(before.certificate.issuer.raw);
    expect(await judged(before)).toEqual(['good ocsp', 'good crl']);
    expect(await judged(after)).toEqual(['good ocsp', 'good crl']);
  });

  test('each answers OCSP under a responder certificate of its own', async () => {
    const keys = [before, after].map(async ({ serialHex, issuerSha256 }) => {
      const der = await t.service.evidence({ kind: 'ocsp', issuerSha256, serialHex });
      const responder = parseCertificate(parseOcspResponse(der as Uint8Array).basic?.certificates[0] as Uint8Array);
      return Buffer.from(responder.authorityKeyIdentifier?.keyIdentifier as Uint8Array).toString('hex');
    });
    expect(new Set(await Promise.all(keys)).size).toBe(2);
  });

  test('a revocation of an older certificate stands on the older list and in its OCSP', async () => {
    t.now += HOUR;
    await t.service.revoke(before.serialHex, 'superseded');
    expect((await judged(before))[0]).toBe('revoked ocsp');
    expect(await judged(after)).toEqual(['good ocsp', 'good crl']);
  });

  test('stays as it is over a restart, and the console sees all generations', async () => {
    await t.open();
    expect((await t.issued(person('Lê Văn Cường'))).issuerSha256).toBe(after.issuerSha256);
    const all = (await t.service.cas.list()).map((one) => `${one.name} ${one.state}`);
    expect(all).toEqual(['issuing status-only', 'issuing-g2 active', 'root active']);
    await expect(t.service.cas.activate(before.issuerSha256)).rejects.toMatchObject({ code: 'ca.state' });
  });
});
