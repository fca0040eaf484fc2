import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction } from '@antin/adapters/db/transaction';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { draftFields, sealing, signed, submitted } from '../acts-for-tests.ts';
import { changeAgency } from '../directory/upkeep.ts';
import { insertAuthority, setAuthorityEnd } from '../directory/people-store.ts';
import type { LoadedDirectory } from '../directory/types.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let loaded: LoadedDirectory;
let drafter: string, leader: string, clerk: string;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki);
  loaded = await o.settle({ leader: { person: 'lanh.dao' }, seal: { agency: 'so' } });
  [drafter, leader, clerk] = [await o.signIn('soan.thao'), await o.signIn('lanh.dao'), await o.signIn('van.thu')];
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const dayIn = (days: number) => officeDay(new Date(o.clock().getTime() + days * 86_400_000));
const authority = (more: object) => ({
  ...{
    id: randomUUID() as string,
    positionId: loaded.positions.get('lanh.dao')!,
    capacity: 'KT.' as const,
    onBehalfOf: 'Chủ tịch',
  },
  ...{ typeCodes: ['BC'], scope: null, delegatedBy: null, groundsNumber: '1/QĐ', groundsDate: dayIn(-10) },
  ...{ validFrom: dayIn(-10), validTo: null, ...more },
});
const place = { page: 2, rect: [330, 120, 170, 70] };

test('a leader signs only types over which they have authority on the day, and in its capacity', async () => {
  const before = await submitted(o, drafter);
  const reports = authority({});
  await inTransaction(database.db, (tx) => insertAuthority(tx, reports));
  // A letter is not among what the decision names: not when it is drafted, and not when an older draft comes to the pen.
  await expect(o.post(drafter, '/api/documents', await draftFields(o, drafter))).rejects.toMatchObject({
    problem: { fields: [{ path: 'signerPositionId', code: 'document.signer-without-authority' }] },
  });
  const input = { version: before.version, credentialId: o.credential('leader'), place };
  await expect(o.post(leader, `/api/documents/${before.id}/sign`, input)).rejects.toMatchObject({ code: 'sign.no-authority' });

  const report = await submitted(o, drafter, { typeCode: 'BC' });
  const view = await o.get(drafter, `/api/documents/${report.id}`);
  expect(view.signerTitle).toBe('KT. Chủ tịch, Giám đốc');
  // It ends: nothing falls back to signing everything.
  await inTransaction(database.db, (tx) => setAuthorityEnd(tx, reports.id, dayIn(0)));
  await expect(o.post(leader, `/api/documents/${report.id}/sign`, { ...input, version: report.version })).rejects.toMatchObject({
    code: 'sign.no-authority',
  });
  await inTransaction(database.db, (tx) => insertAuthority(tx, authority({ typeCodes: null, capacity: '', onBehalfOf: null })));
  expect((await o.post(leader, `/api/documents/${before.id}/sign`, input)).id).toBeDefined();
});

test('what was issued shows agencies by the names of its day, in its view, its lists and its book', async () => {
  const document = await signed(o, drafter, leader, { subject: 'Trước khi đổi tên' });
  const { jobId } = await sealing(o, clerk, document);
  await o.answer(jobId, 'seal');
  await o.work();
  o.clock.advance(3 * 86_400_000);
  const maker = { at: o.clock(), name: 'thử' };
  for (const [key, name] of [
    ['so', 'Sở Tài chính - Kế hoạch'],
    ['ubnd', 'Ủy ban nhân dân thành phố Nam Hà'],
  ] as const) {
    await inTransaction(database.db, (tx) =>
      changeAgency(tx, maker, undefined, loaded.agencies.get(key)!, { set: { name }, effectiveFrom: dayIn(0) }),
    );
  }
  drafter = await o.signIn('soan.thao');
  const view = await o.get(drafter, `/api/documents/${document.id}`);
  expect([view.state, view.agencyName, view.addressees]).toEqual(['issued', 'Sở Tài chính', ['Ủy ban nhân dân tỉnh Nam Hà']]);
  const list = await o.get(drafter, `/api/documents?q=${encodeURIComponent('trước khi đổi tên')}`);
  expect(list.items[0].addressees).toEqual(['Ủy ban nhân dân tỉnh Nam Hà']);
  const { rows } = await sql<{ addressees: string[] }>`
    select addressees from agency.register_entry where document_id = ${document.id}`.execute(database.db);
  expect(rows[0]!.addressees).toEqual(['Ủy ban nhân dân tỉnh Nam Hà']);
  // The session names the agency as it is called now.
  expect((await o.get(drafter, '/api/session')).positions[0].agencyName).toBe('Sở Tài chính - Kế hoạch');
});
