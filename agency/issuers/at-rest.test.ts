import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCipheriv, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { citizenNumbers } from '../directory/citizen-number.ts';
import { exchangeMigrations } from '../exchange/migrations.ts';
import { incomingMigrations } from '../incoming/migrations.ts';
import { officeMigrations } from '../office.ts';
import { putSealed, sealedBytes } from '../sealed-files.ts';
import { contentOf, sealWhatLiesOpen } from './at-rest.ts';
import { SEAL_QUEUE } from './jobs.ts';

const NUMBER = '001090004321';
let database: TestDatabase;
let o: CertificateOffice;
let officer = '';
const strange = citizenNumbers(platformKeyOf(generateKeyPairSync('ed25519').privateKey));

beforeAll(async () => {
  database = await testDatabase(
    { ...officeMigrations, ...exchangeMigrations, ...incomingMigrations, ...certificateSideMigrations },
    'agency',
  );
  o = await certificateOffice(database.db, testPki());
  officer = await o.signIn('cb.so');
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

/** A round of one agency with one person, as far as its request. */
async function request(): Promise<string> {
  const body = { name: 'Đợt của Sở', year: 2026, deadline: '2026-12-31', forms: ['01'], guidance: '' };
  const round = await o.send(officer, 'POST', '/api/needs', body);
  const cells = {
    fullName: 'Lê Thị Bình',
    citizenNumber: NUMBER,
    title: 'Chuyên viên',
    mail: 'b@namha.gov.vn',
    phone: '0912345678',
  };
  await o.post(officer, `/api/needs-sheets/${round.sheetId}/entries`, { rows: [{ form: '01', cells }] });
  const version = async () => (await o.get(officer, `/api/needs/${round.id}`)).version;
  const sheet = await o.get(officer, `/api/needs-sheets/${round.sheetId}`);
  await o.post(officer, `/api/needs-sheets/${round.sheetId}/submit`, { version: sheet.version });
  await o.send(officer, 'PATCH', `/api/needs/${round.id}`, { version: await version(), state: 'closed' });
  const { requests } = await o.post(officer, `/api/needs/${round.id}/request`, { version: await version() });
  return requests[0].id;
}
/** What travels; made at the first sending. */
async function archive(id: string): Promise<Uint8Array> {
  const { state } = await o.get(officer, `/api/issuer-requests/${id}`);
  if (state === 'prepared') await o.post(officer, `/api/issuer-requests/${id}/send`, { byInstallation: true });
  return o.bytes(officer, 'GET', `/api/issuer-requests/${id}/archive`);
}
const row = async (id: string) =>
  (
    await sql<{ whole: string; container: string }>`
    select row_to_json(r)::text as whole, container_sha256 as container from agency.issuer_request r where id = ${id}`.execute(
      database.db,
    )
  ).rows[0]!;
const stored = async (container: string) =>
  (
    await sql<{ stored: string }>`select stored_sha256 as stored from agency.sealed_file where sha256 = ${container}`.execute(
      database.db,
    )
  ).rows[0]?.stored;
const holds = (bytes: Uint8Array) => Buffer.from(bytes).includes(NUMBER);

test('neither the row of a request nor its container in the store shows an identity number; what travels does', async () => {
  const id = await request();
  const container = await archive(id);
  // Stored, not deflated: the number can be looked for in the ZIP as it lies.
  expect(holds(container)).toBe(true);
  const { whole, container: sha256 } = await row(id);
  expect(whole).not.toContain(NUMBER);
  expect(Buffer.from((JSON.parse(whole) as { content_sealed: string }).content_sealed.slice(2), 'hex').includes(NUMBER)).toBe(
    false,
  );
  expect(await o.files.has(sha256)).toBe(false);
  expect(holds(await o.files.bytes((await stored(sha256))!))).toBe(false);
  const content = await contentOf(o.deps.vault, database.db, id);
  expect(canonicalJson(JSON.parse(content))).toBe(content);
  expect(content).toContain(NUMBER);
});

test('another key opens nothing and says so by its code; the right one again opens everything', async () => {
  const id = await request();
  await archive(id);
  const { container } = await row(id);
  await expect(contentOf(strange, database.db, id)).rejects.toMatchObject({ code: 'sealed.does-not-open' });
  await expect(sealedBytes({ ...o.deps, vault: strange }, container)).rejects.toMatchObject({ code: 'sealed.does-not-open' });
  const right = { ...o.deps.vault };
  Object.assign(o.deps.vault, strange);
  const answer = await o.call(officer, 'GET', `/api/issuer-requests/${id}/archive`);
  Object.assign(o.deps.vault, right);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([500, 'sealed.does-not-open']);
  expect(holds(await archive(id))).toBe(true);
});

test('a sealed request or file that is put in another’s place, cut or changed stays closed', async () => {
  const [one, other] = [await request(), await request()];
  await sql`update agency.issuer_request set content_sealed = (select content_sealed from agency.issuer_request where id = ${one})
    where id = ${other}`.execute(database.db);
  await expect(contentOf(o.deps.vault, database.db, other)).rejects.toMatchObject({ code: 'sealed.does-not-open' });
  const [a, b] = [await putSealed(o.deps, randomBytes(99)), await putSealed(o.deps, randomBytes(99))];
  await sql`update agency.sealed_file set stored_sha256 = ${await stored(a)} where sha256 = ${b}`.execute(database.db);
  await expect(sealedBytes(o.deps, b)).rejects.toMatchObject({ code: 'sealed.does-not-open' });
  const sealed = o.deps.vault.sealBytes(randomBytes(40), 'this');
  expect(o.deps.vault.openBytes(sealed, 'this')).toHaveLength(40);
  const flipped = (at: number) => sealed.map((byte, i) => (i === at ? byte ^ 1 : byte));
  for (const wrong of [sealed.subarray(0, 60), sealed.subarray(0, 5), ...[0, 1, 13, 29, 68].map(flipped)]) {
    expect(() => o.deps.vault.openBytes(wrong, 'this')).toThrow(expect.objectContaining({ code: 'sealed.does-not-open' }));
  }
  expect(() => o.deps.vault.openBytes(sealed, 'that')).toThrow(expect.objectContaining({ code: 'sealed.does-not-open' }));
});

test('what an older version kept in clear is sealed at the next start, once, and goes on where it was stopped', async () => {
  const id = await request();
  const container = await archive(id);
  const content = await contentOf(o.deps.vault, database.db, id);
  const { container: sha256 } = await row(id);
  // As the version before left it.
  await sql`delete from agency.sealed_file where sha256 = ${sha256}`.execute(database.db);
  await o.files.put(container);
  await sql`update agency.issuer_request set content = ${content}, content_sealed = null where id = ${id}`.execute(database.db);
  expect(await archive(id)).toEqual(container);
  expect((await row(id)).whole).toContain(NUMBER);

  expect(await sealWhatLiesOpen(o.deps, AbortSignal.abort())).toBe(0);
  await sql`delete from job where queue = ${SEAL_QUEUE}`.execute(database.db);
  await o.side.start();
  await o.work();
  expect((await row(id)).whole).not.toContain(NUMBER);
  expect(await o.files.has(sha256)).toBe(false);
  expect(await archive(id)).toEqual(container);
  expect(await contentOf(o.deps.vault, database.db, id)).toBe(content);
  expect(await sealWhatLiesOpen(o.deps)).toBe(0);
});

test('a container that is an annex of a letter too stays that letter’s file, at every start', async () => {
  const id = await request();
  const container = await archive(id);
  const { container: sha256 } = await row(id);
  await o.files.put(container);
  await sql`insert into agency.upload (agency_id, sha256, size, media_type, person_id, uploaded_at)
    select agency_id, ${sha256}, ${container.length}, 'application/zip', ${o.personId('cb.so')}, now()
    from agency.issuer_request where id = ${id}`.execute(database.db);
  expect(await sealWhatLiesOpen(o.deps)).toBe(0);
  expect(await o.files.bytes(sha256)).toEqual(container);
  await sql`delete from agency.upload where sha256 = ${sha256}`.execute(database.db);
  expect(await sealWhatLiesOpen(o.deps)).toBe(1);
  expect(await o.files.has(sha256)).toBe(false);
  expect(await archive(id)).toEqual(container);
});

test('numbers that were sealed before octets could be still open', () => {
  const platform = platformKeyOf(generateKeyPairSync('ed25519').privateKey);
  const secret = platform.sign(Buffer.from('antin directory: key of citizen numbers, 1'));
  const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), 'aes-256-gcm', 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(NUMBER, 'utf8'), cipher.final()]);
  const old = Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body]);
  expect(citizenNumbers(platform).open(old)).toBe(NUMBER);
  expect(() => strange.open(old)).toThrow(expect.objectContaining({ code: 'sealed.does-not-open' }));
});
