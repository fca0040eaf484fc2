import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { officeMigrations } from '../office.ts';
import { newKey, type TestKey } from '../issuers/fake-issuer-for-tests.ts';
import { judgeFile } from '../verification/judge.ts';
import { registerLines, type RegisterLines } from './lines-for-tests.ts';
import { certificateOffice, type CertificateOffice } from './office-for-tests.ts';

let database: TestDatabase;
let o: CertificateOffice;
let r: RegisterLines;
let officer: string;
let above: string;
const nobody = { anchors: [], certificates: [], evidence: async () => undefined };

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki(), {
    judgePdf: (pdf) => judgeFile(memorySource(pdf), 'bien-ban.pdf', nobody, o.clock().getTime()),
  });
  officer = await o.signIn('cb.so');
  above = await o.signIn('cb.tinh');
  r = registerLines(o, officer);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const put: RegisterLines['put'] = (...given) => r.put(...given);
const signed: RegisterLines['signed'] = (...given) => r.signed(...given);
const view: RegisterLines['view'] = (...given) => r.view(...given);
const handOver: RegisterLines['handOver'] = (...given) => r.handOver(...given);

describe('hand-over', () => {
  test('a line without the file of its certificate is not handed over, and says so', async () => {
    const one = await put('Lê Thị Bình', { person: 'binh' });
    const { rows } = await sql<{ der: Buffer }>`select der from agency.holding where id = ${one.id}`.execute(database.db);
    await sql`update agency.holding set der = null where id = ${one.id}`.execute(database.db);
    await expect(handOver(one.id, 'binh', 'TK-000')).rejects.toMatchObject({ code: 'certificate.file-missing' });
    expect((await view(officer, one.id)).state).toBe('issued');
    await sql`update agency.holding set der = ${rows[0]!.der} where id = ${one.id}`.execute(database.db);
    expect(await handOver(one.id, 'binh', 'TK-000')).toMatchObject({ state: 'prepared' });
  });

  test('the record is signed by the receiver with the very key that is handed over, and only that makes it active', async () => {
    const one = await put('Nguyễn Văn An', { person: 'an' });
    await expect(handOver(one.id, 'binh', 'TK-001')).rejects.toMatchObject({ code: 'certificate.receiver-not-subscriber' });
    const record = await handOver(one.id, 'an', 'TK-001');
    expect(record).toMatchObject({ state: 'prepared', receiver: 'Nguyễn Văn An', giver: 'Phạm Văn Sở' });
    const an = await o.signIn('an');
    expect((await o.get(an, '/api/hand-overs')).items).toHaveLength(1);
    const pdf = await o.bytes(an, 'GET', `/api/hand-overs/${record.id}/record`);
    const bring = (bytes: Uint8Array) => o.bytes(an, 'PUT', `/api/hand-overs/${record.id}/signed`, bytes);

    await expect(bring(pdf)).rejects.toMatchObject({ code: 'certificate.record-changed' });
    const other = await put('Nguyễn Văn An');
    await expect(bring(await signed(pdf, other))).rejects.toMatchObject({ code: 'certificate.other-key' });
    const good = await signed(pdf, one);
    await expect(bring(good.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))).rejects.toMatchObject({
      code: 'certificate.record-changed',
    });
    await expect(bring(concatBytes(good, new TextEncoder().encode('% more\n')))).rejects.toMatchObject({
      code: 'certificate.record-not-signed',
    });
    await expect(bring(await signed(good, other))).rejects.toMatchObject({ code: 'certificate.record-not-signed' });
    expect((await view(officer, one.id)).state).toBe('handed-over');

    await bring(good);
    const now = await view(officer, one.id);
    expect(now).toMatchObject({
      state: 'active',
      device: { serial: 'TK-001', state: 'with-subscriber', withWhom: 'Nguyễn Văn An' },
    });
    expect(now.history.map((line: any) => line.event)).toEqual([
      'CertificateRequested',
      'DeviceHandedOver',
      'HandOverSigned',
      'CertificateActivated',
    ]);
    expect(await o.bytes(officer, 'GET', `/api/hand-overs/${record.id}/record`)).toEqual(good);
    const { rows } = await sql<{
      personId: string;
    }>`select person_id as "personId" from agency.bound_certificate where serial_hex = ${one.certificate.serialHex} and unbound_at is null`.execute(
      database.db,
    );
    expect(rows).toEqual([{ personId: o.personId('an') }]);
    await expect(bring(good)).rejects.toMatchObject({ code: 'certificate.hand-over-not-now' });
  });

  test('the receiver’s own device signs it with the new key; a value of another key does not', async () => {
    const one = await put('Nguyễn Văn An', { person: 'an' });
    const record = await handOver(one.id, 'an', 'TK-050');
    const an = await o.signIn('an');
    const credentialId = createHash('sha256').update(one.certificate.raw).digest('hex');
    const sign = (as: string, id = credentialId) => o.post(as, `/api/hand-overs/${record.id}/sign`, { credentialId: id });
    await expect(sign(an)).rejects.toMatchObject({ code: 'device.credential-not-usable' });
    await inTransaction(database.db, (tx) =>
      o.jobs.registerAgent(tx, {
        ...{ publicKey: new Uint8Array(randomBytes(32)), name: 'Máy An', holder: 'practice', personIds: [o.personId('an')] },
        certificates: [one.certificate.raw],
      }),
    );
    await expect(sign(an, 'a'.repeat(64))).rejects.toMatchObject({ code: 'certificate.other-key' });
    await expect(sign(officer)).rejects.toMatchObject({ code: 'certificate.receiver-not-subscriber' });
    const values = (key: TestKey) => async (job: { documents: readonly { signedAttributes: Uint8Array }[] }) =>
      job.documents.map((document) =>
        nodeSecrets.sign(key.pkcs8, { scheme: 'ecdsa', digest: 'SHA-256' }, document.signedAttributes),
      );
    const first = await sign(an);
    expect(first).toMatchObject({ act: 'hand-over', files: 1 });
    await o.answer(first.id, { values: values(newKey()) });
    expect(await o.get(an, `/api/jobs/${first.id}`)).toMatchObject({ state: 'failed', reason: 'signature.value-mismatch' });
    expect((await view(officer, one.id)).state).toBe('handed-over');
    const second = await sign(an);
    await o.answer(second.id, { values: values(one.key) });
    expect(await o.get(an, `/api/jobs/${second.id}`)).toMatchObject({ state: 'done' });
    expect(await view(officer, one.id)).toMatchObject({ state: 'active', handOvers: [{ state: 'signed' }] });
    const signedRecord = await o.bytes(an, 'GET', `/api/hand-overs/${record.id}/record`);
    const report = await judgeFile(memorySource(signedRecord), 'x.pdf', nobody, o.clock().getTime());
    expect(report.signatures).toMatchObject([
      { intact: true, cryptoValid: true, coverage: 'file', signer: { sha256: credentialId } },
    ]);
    await expect(sign(an)).rejects.toMatchObject({ code: 'certificate.hand-over-not-now' });
  });

  test('a record that nobody signed is taken back, and a device carries one certificate in use', async () => {
    const one = await put('Lê Thị Bình', { person: 'binh' });
    await expect(handOver(one.id, 'binh', 'TK-001')).rejects.toMatchObject({ code: 'certificate.device-taken' });
    const record = await handOver(one.id, 'binh', 'TK-002');
    await expect(handOver(one.id, 'binh', 'TK-002')).rejects.toMatchObject({ code: 'certificate.not-issued' });
    expect((await o.send(officer, 'DELETE', `/api/hand-overs/${record.id}`)).state).toBe('issued');
    expect((await o.get(officer, '/api/key-devices?q=tk-002')).items).toMatchObject([
      { state: 'in-stock', withWhom: 'Sở Tài chính' },
    ]);
    await handOver(one.id, 'binh', 'TK-002');
  });

  test('an officer of another province, and a colleague without the role, see no certificate', async () => {
    const one = await put('Lê Thị Bình', { person: 'binh' });
    const stranger = await o.signIn('cb.khac');
    await expect(view(stranger, one.id)).rejects.toMatchObject({ code: 'certificate.not-found' });
    await expect(view(await o.signIn('an'), one.id)).rejects.toMatchObject({ code: 'certificate.not-found' });
    expect((await view(await o.signIn('binh'), one.id)).name).toBe('Lê Thị Bình');
    expect((await view(above, one.id)).name).toBe('Lê Thị Bình');
    expect((await o.get(stranger, '/api/certificates')).items).toEqual([]);
  });
});
