import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { buildTbsCertificate, certificateFrom } from '@antin/pki/x509/build';
import { buildName } from '@antin/pki/x509/name';
import { buildTbsCertList, crlFrom } from '@antin/pki/crl/build';
import { AuthorityForTests, person } from '../authority-for-tests.ts';
import { migrations } from '../migrations.ts';
import { auditor } from './audit.ts';

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

const events = async () =>
  (
    await sql<{ kind: string; detail: { rules: string[] } }>`
    select kind, detail from authority.journal_entry where kind like 'lint.%' order by id`.execute(t.db)
  ).rows;
const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const key = nodeSecrets.generateKeyPair('p-256');
const identifier = signatureAlgorithmIdentifier(algorithm);

test('what the pipeline issued and published is found in order, once', async () => {
  await t.issued(person());
  const audit = auditor(t.db, () => t.now);
  expect(await audit()).toEqual([]);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from authority.certificate where state = 'good' and linted_by is null`.execute(t.db);
  expect(rows[0]?.n).toBe(0);
  expect(await events()).toEqual([]);
});

test('a certificate and a list that came in past the pipeline are found and written down', async () => {
  const tbs = buildTbsCertificate({
    serialNumber: Uint8Array.of(7),
    signatureAlgorithm: identifier,
    issuer: t.issuer.subject.raw,
    notBefore: t.now,
    notAfter: t.now + 1000,
    subject: buildName([['CN', 'Lạ']]),
    spki: key.spki,
    extensions: [],
  });
  const der = certificateFrom(tbs, identifier, nodeSecrets.sign(key.pkcs8, algorithm, tbs));
  await sql`
    insert into authority.certificate
      (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, issued_at, der)
    values ('aa', '07', 'good', 'person', 'x', 'CN=Lạ', 'bb', ${new Date(t.now)}, ${new Date(t.now)}, ${new Date(t.now)},
      ${new Date(t.now)}, ${Buffer.from(der)})`.execute(t.db);
  const list = buildTbsCertList({
    ...{ signatureAlgorithm: identifier, issuer: t.issuer.subject.raw, thisUpdate: t.now, nextUpdate: t.now - 86_400_000 },
    ...{ crlNumber: 1, authorityKeyIdentifier: new Uint8Array(20), entries: [] },
  });
  const crl = crlFrom(list, identifier, nodeSecrets.sign(key.pkcs8, algorithm, list));
  await sql`
    update authority.crl set der = ${Buffer.from(crl)}
    where (issuer_sha256, shard, number) in (select issuer_sha256, shard, number from authority.crl_list limit 1)`.execute(t.db);
  const audit = auditor(t.db, () => t.now);
  const complaints = await audit();
  expect(complaints.map(({ what }) => what.split(' ')[0])).toEqual(['certificate', 'list']);
  expect((await events()).map(({ kind, detail }) => [kind, detail.rules])).toEqual([
    [
      'lint.certificate-broken',
      ['rfc5280.authority-key-identifier-missing', 'antin.serial-entropy', 'antin.key-usage-not-critical'],
    ],
    ['lint.list-broken', ['rfc5280.crl-validity-negative']],
  ]);
  expect(await audit()).toEqual([]);
});
