import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { officeDay } from '@antin/adapters/clock/days';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { verifyPassword } from '@antin/adapters/password/argon2';
import { testProvince } from '@antin/agency/directory/province-for-tests';
import type { LoadedDirectory } from '@antin/agency/directory/types';
import { record } from '@antin/agency/journal/journal';
import { agencyJournal } from '@antin/agency/journal/kept';
import { loadDirectory } from '@antin/agency/load-directory';
import { testOffice, type TestOffice } from '@antin/agency/office-for-tests';
import { agencyMigrations } from '@antin/agency/service';
import { backupOf, type Backup } from '@antin/authority/journal/restore/backup-for-tests';
import { encodePem } from '@antin/pki/pem';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { evidenceSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { databaseUrl, runForTests } from '../run-for-tests.ts';
import { run } from '../journal.ts';
import type { RestoredJournalAnswer } from './restored-text.ts';

const pki = testPki();
const home = useFolder();
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
  evidence: { anchors: pki.anchors, evidenceFor: evidenceSource(pki, () => pki.now) },
});
const officeOn = (db: AnyDatabase): Promise<TestOffice> =>
  testOffice(db, pki, {
    deps: {
      passwords: {
        verify: async (hash, password) =>
          hash.startsWith('plain:') ? hash === `plain:${password}` : verifyPassword(hash, password),
      },
    },
  });

let database: TestDatabase;
let o: TestOffice;
let loaded: LoadedDirectory;
let backup: Backup;
let session: string;
let renewed: string;
let trust: string[];
const keep = async () => {
  const options = { ...agencyJournal, db: database.db, seal, origin: 'antin.test/agency', log: { error: () => {} } };
  const keeper = await journalKeeper({ ...options, clock: () => pki.now, copyFolder: join(home.path, 'copy', 'agency') });
  await keeper.run();
};
const personOf = (key: string) => loaded.people.get(key)!;
const postOf = (key: string) => loaded.positions.get(key)!;

beforeAll(async () => {
  database = await testDatabase(agencyMigrations, 'agency');
  loaded = await database.db.transaction().execute((tx) => loadDirectory(tx, testProvince));
  o = await officeOn(database.db);
  session = await o.signIn('ct.xa');
  await keep();
  backup = await backupOf(database.address);
  const [above, below] = [await o.signIn('qt.tw'), await o.signIn('qt.tinh')];
  const end = (as: string, key: string, days: number) =>
    o.post(as, `/api/directory/positions/${postOf(key)}/ending`, {
      validTo: officeDay(new Date(pki.now + days * 86_400_000)),
    });
  ({ password: renewed } = await o.post(below, `/api/directory/people/${personOf('gd.so')}/password`, {}));
  await o.call(below, 'PATCH', `/api/directory/people/${personOf('pgd.so')}`, { phone: '0912345678' });
  await end(below, 'cv.xa2', 0);
  const undone = await end(below, 'ct.xa', 3);
  await o.post(below, `/api/directory/changes/${undone.changeId}/undo`, {});
  // Who comes after them is in no backup, and nobody stands above them.
  await o.post(above, '/api/directory/people', {
    ...{ fullName: 'Người Kế Nhiệm', signInName: 'ke.nhiem' },
    position: {
      agencyId: loaded.agencies.get('tw'),
      title: 'Quản trị',
      unit: null,
      roles: ['administrator'],
      validFrom: '2026-01-01',
    },
  });
  await end(above, 'qt.so', 0);
  await end(above, 'qt.tw', 0);
  await keep();
  const root = home.put('root.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
  const signer = home.put('journal.pem', encodePem('CERTIFICATE', pki.certificate('seal').raw));
  trust = ['--trust', root, '--signer', signer, '--at', new Date(pki.now).toISOString()];
}, 120_000);
afterAll(async () => {
  await backup?.[Symbol.asyncDispose]();
  await o?.close();
  await database?.close();
});

const restore = (of: Backup, ...more: string[]) =>
  runForTests(run, ['restore', '--journal', 'agency', '--copy', join(home.path, 'copy'), ...trust, ...more], {
    DATABASE_URL: databaseUrl(of.address),
  });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'in',
    (fault: { code?: string }) => fault.code,
  );

test('a password that was renewed since the backup opens nothing, those that were not are believed; ended posts are ended', async () => {
  await using day = await backupOf(backup.address);
  const dry = await restore(day, '--dry-run', '--lang', 'en');
  expect({ code: dry.code, err: dry.err }).toEqual({ code: 0, err: '' });
  expect(dry.out).toMatch(/An administrator gives a new one to:\n {6}gd\.so\n/);
  expect(dry.out).toContain('2 ended again');
  expect(dry.out).toMatch(/nobody else is left to administer.*\n {6}qt\.tw\n/);
  expect(dry.out).not.toContain('the old ones open again');
  expect(dry.out).not.toContain(renewed);
  const done = await restore(day);
  expect(done.out).toMatch(/Quản trị viên cấp lại mật khẩu cho:\n {6}gd\.so\n/);
  expect(done.out).not.toContain('mật khẩu cũ lại dùng được');

  const office = await officeOn(day.db);
  try {
    // The attack: whoever knew the old one. The new one lies in no copy.
    expect(await codeOf(office.signIn('gd.so'))).toBe('session.wrong-credentials');
    expect(await codeOf(office.signIn('gd.so', renewed))).toBe('session.wrong-credentials');
    expect(await codeOf(office.get(session, '/api/session'))).toBe('session.needed');
    expect(await codeOf(office.signIn('cv.xa2'))).toBe('session.no-position');
    expect(await codeOf(office.signIn('qt.so'))).toBe('session.no-position');
    // The honest twins: another change of a person, an ending that was undone, the last administrator.
    for (const name of ['pgd.so', 'ct.xa', 'qt.tw']) expect(await codeOf(office.signIn(name))).toBe('in');
    const below = await office.signIn('qt.tinh');
    const { password } = await office.post(below, `/api/directory/people/${personOf('gd.so')}/password`, {});
    expect(await codeOf(office.signIn('gd.so', password))).toBe('in');
  } finally {
    await office.close();
  }
}, 120_000);

test('an entry that does not say which change it was shuts nobody out, and the list says whose password to renew', async () => {
  const detail = { change: 'x', subject: personOf('pgd.so'), effectiveFrom: '2026-01-01' };
  await inTransaction(database.db, (tx) =>
    record(tx, { event: 'DirectoryPersonChanged', at: new Date(pki.now), who: 'chương trình cũ', detail }),
  );
  // Every administrator's password was renewed: nobody is left who could give one.
  for (const key of ['qt.tw', 'qt.tinh']) {
    const said = { change: key, subject: personOf(key), effectiveFrom: '2026-01-01', credentials: 'changed' };
    await inTransaction(database.db, (tx) =>
      record(tx, { event: 'DirectoryPersonChanged', at: new Date(pki.now), who: 'thử', detail: said }),
    );
  }
  await keep();
  await using day = await backupOf(backup.address);
  expect((await restore(day, '--dry-run')).out).toContain('mật khẩu cũ lại dùng được');
  const english = (await restore(day, '--dry-run', '--lang', 'en')).out;
  expect(english).toContain('without “credentials”');
  const [answer] = JSON.parse((await restore(day, '--format', 'json')).out) as RestoredJournalAnswer[];
  expect(answer!.people!.shutOut).toEqual(['gd.so', 'qt.tinh', 'qt.tw']);
  expect(answer!.people!.unreached).toEqual(['qt.tinh']);
  // The one of the department had left: kept, because of all who could administer it, only this one can sign in.
  expect(answer!.people!.keptAdministrators).toEqual(['qt.so']);
  const left = await sql<{ name: string }>`
    select sign_in_name as name from agency.person where password_hash is not null order by 1`.execute(day.db);
  expect(left.rows.map((row) => row.name)).toEqual(['ct.xa', 'cv.xa2', 'pgd.so', 'qt.so']);

  const readmit = (...names: string[]) => runForTests(run, ['readmit', ...names], { DATABASE_URL: databaseUrl(day.address) });
  for (const [name, why] of [
    ['gd.so', 'not-administrator'],
    ['qt.so', 'not-shut-out'],
    ['khong.co', 'unknown'],
  ] as const)
    expect(await readmit('qt.tinh', name)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`[readmit.${why}]`) });
  const { code, out } = await readmit('qt.tinh');
  expect(code).toBe(0);
  const office = await officeOn(day.db);
  try {
    const below = await office.signIn('qt.tinh', out.trim().split(/\s+/)[1]);
    // From here on everybody gets theirs from them, and nobody is let in a second time.
    const { password } = await office.post(below, `/api/directory/people/${personOf('gd.so')}/password`, {});
    expect(await codeOf(office.signIn('gd.so', password))).toBe('in');
    expect(await readmit('qt.tinh')).toMatchObject({ code: 1, err: expect.stringContaining('readmit.not-shut-out') });
  } finally {
    await office.close();
  }
}, 120_000);
