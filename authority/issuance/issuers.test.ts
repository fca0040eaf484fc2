import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { checkSignature } from '@antin/pki/path/signature-check';
import { buildName } from '@antin/pki/x509/name';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { openAuthorityKeys } from '../ca/authority-keys.ts';
import { activate, caGenerations } from '../ca/generations.ts';
import type { CaGenerations } from '../ca/generations.ts';
import { adoptFirstGenerations, practiceKeys, preparePracticeCa } from '../ca/practice.ts';
import { keyFolder } from '../keys/key-folder.ts';
import { migrations } from '../migrations.ts';
import { shardOf } from '../profiles/addresses.ts';
import { registerStatusIssuer } from '../status/issuers.ts';
import type { Order } from './draft.ts';
import { issuance } from './issue.ts';
import { issuersOf } from './issuers.ts';

const START = Date.parse('2026-03-02T02:00:00Z');
const DAY = 86_400_000;
const baseUrl = 'http://127.0.0.1:8080/authority';
const folder = mkdtempSync(join(tmpdir(), 'antin-issuers-'));
let now = START;
let database: TestDatabase;
let cas: CaGenerations;

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  await adoptFirstGenerations(database.db, openAuthorityKeys(folder, baseUrl, START), START);
  cas = caGenerations({ db: database.db, keyOf: practiceKeys(keyFolder(folder)) });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function prepared(series: string, profiles: readonly string[], subject?: string) {
  const named = subject === undefined ? {} : { subject: buildName([['C', 'VN'], ['O', 'Ấn Tín thử'], ['CN', subject]]) }; // prettier-ignore
  const parent = await cas.activeOf('root');
  return preparePracticeCa({ db: database.db, folder: keyFolder(folder), parent, series, profiles, baseUrl, now, ...named });
}

const pipeline = (serialPrefix?: number) => {
  const own = serialPrefix === undefined ? {} : { serialPrefix };
  const generations = caGenerations({ db: database.db, keyOf: practiceKeys(keyFolder(folder)) });
  const issuerFor = issuersOf({ db: database.db, generations, baseUrl, policies: ['2.999.1'], ...own });
  return issuance({ db: database.db, issuerFor, clock: () => now });
};
const { spki } = nodeSecrets.generateKeyPair('p-256');
const person = (key = nodeSecrets.generateKeyPair('p-256').spki): Order => ({
  profile: 'person',
  subject: { organization: 'SỞ', commonName: 'Nguyễn Văn An' },
  spki: key,
});
const citizen: Order = {
  profile: 'citizen',
  subject: { surname: 'Nguyễn', givenName: 'An', serialNumber: 'IDCVN-001099012345', commonName: 'Nguyễn An' },
  spki,
};

async function issued(order: Order, by = pipeline()) {
  const done = await by.issue(order);
  if (done.status === 'refused') throw new Error(`${done.code} ${done.detail ?? ''}`);
  return done;
}

test('each profile is issued by the series that answers for it, with the addresses of that CA', async () => {
  const citizens = await prepared('citizens', ['citizen'], 'CA công dân thử');
  await activate(database.db, citizens.issuerSha256, now);
  const schedule = { everyMs: 3_600_000, validMs: DAY };
  const status = { name: 'citizens', certificate: citizens.certificate, shards: 16, expiredStay: true, schedule, baseUrl };
  await registerStatusIssuer(database.db, status, now);
  const { certificate, issuerSha256 } = await issued(citizen);
  expect(issuerSha256).toBe(citizens.issuerSha256);
  expect(equalBytes(certificate.issuer.raw, citizens.certificate.subject.raw)).toBe(true);
  expect(certificate.crlDistributionPoints[0]?.urls).toEqual([
    `${baseUrl}/crl/citizens-${shardOf(certificate.serialNumber, 16)}.crl`,
  ]);
  // A CA that nobody registered shards for has the full list only.
  const official = await issued(person());
  expect(official.certificate.crlDistributionPoints[0]?.urls).toEqual([`${baseUrl}/crl/issuing.crl`]);
  expect(official.issuerSha256).not.toBe(citizens.issuerSha256);
});

test('a new generation issues from its activation on, and one key stays one subject across CAs', async () => {
  const before = await issued(person());
  now += 365 * DAY;
  const next = await prepared('issuing', []);
  const waiting = await issued(person());
  expect(waiting.issuerSha256).toBe(before.issuerSha256);
  await activate(database.db, next.issuerSha256, now);
  const { certificate, issuerSha256 } = await issued(person());
  expect(issuerSha256).toBe(next.issuerSha256);
  expect(certificate.crlDistributionPoints[0]?.urls[0]).toMatch(/\/crl\/issuing-g2(-\d+)?\.crl$/);
  expect(checkSignature(certificate, next.certificate.spki, nodeCrypto, false)).toBe('valid');
  expect(await pipeline().issue(person(spki))).toMatchObject({ code: 'issuance.key-of-another-subject' });
});

test('a second instance on the same CA draws from numbers of its own', async () => {
  const [one, two] = [await issued(person()), await issued(person(), pipeline(0x42))];
  expect([one.serialHex.slice(0, 2), two.serialHex.slice(0, 2)]).toEqual(['41', '42']);
  await expect(pipeline(0x80).issue(person())).rejects.toThrow(RangeError);
});

test('nobody gets a certificate that outlives its CA: cut when nothing was asked, refused when it was', async () => {
  const ca = await cas.activeOf('issuing');
  now = ca.certificate.notAfter - 30 * DAY;
  const { certificate } = await issued(person());
  expect(certificate.notAfter).toBe(ca.certificate.notAfter);
  expect(await pipeline().issue({ ...person(), years: 1 })).toMatchObject({ code: 'issuance.outside-issuer' });
});
