import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyDatabase, DatabaseAddress } from '@antin/adapters/db/connect';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { CERTIFICATES_FILE, ENTRIES_FILE, HEADS_FILE } from '@antin/adapters/journal/copy';
import { inTransaction } from '@antin/adapters/db/transaction';
import { forgottenBy } from '@antin/adapters/journal/restore';
import { restoreAuthority, restoredAuthorityJournal } from '@antin/authority/journal/restore/restore';
import { growJournal } from '@antin/adapters/journal/grow';
import { journalKeeper, type JournalKeeper } from '@antin/adapters/journal/keeper';
import { AuthorityForTests, person } from '@antin/authority/authority-for-tests';
import { authorityJournal } from '@antin/authority/journal/kept';
import { backupOf, type Backup } from '@antin/authority/journal/restore/backup-for-tests';
import { recordEvent } from '@antin/authority/journal/record';
import type { Issued } from '@antin/authority/issuance/issue';
import { migrations } from '@antin/authority/migrations';
import { parseCrl } from '@antin/pki/crl/parse';
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

let database: TestDatabase;
let t: AuthorityForTests;
let place: string;
/** The copy as it was when the disaster came. */
let untouched: string;
let trust: string[];
const backups: Backup[] = [];
const keeperOf = (db: AnyDatabase): Promise<JournalKeeper> =>
  journalKeeper({
    ...{ ...authorityJournal, db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
    clock: () => t.now,
    copyFolder: join(place, 'authority'),
  });

/** The authority of the copied keys on a database of an earlier day, closed as its journal says. */
async function reopened(db: AnyDatabase, now: number) {
  const own = new AuthorityForTests(db, t.folder);
  own.now = now;
  const keeper = await keeperOf(db);
  await own.open({ closed: () => keeper.closed() });
  return { own, keeper };
}

async function backup(of = database.address) {
  const one = await backupOf(of);
  backups.push(one);
  return one;
}

interface Story {
  readonly older: Issued;
  readonly revokedLater: Issued;
  readonly newer: Issued;
  readonly newerRevoked: Issued;
  readonly numbers: readonly number[];
}
let story: Story;
/** As restored, for each test its own. */
let kept: Backup;

const lists = async (db: AnyDatabase) =>
  (await sql<{ n: number }>`select number as n from authority.crl_list order by issuer_sha256, shard`.execute(db)).rows.map(
    (row) => Number(row.n),
  );

beforeAll(async () => {
  place = join(home.path, 'second place');
  database = await testDatabase(migrations, 'authority');
  t = new AuthorityForTests(database.db);
  const keeper = await keeperOf(database.db);
  await t.open({ closed: () => keeper.closed() });
  const older = await t.issued(person('Trước Sao Lưu'));
  const revokedLater = await t.issued(person('Thu Hồi Sau'));
  await t.service.runJobs();
  await keeper.run();
  await t.service.stop();
  // Written before the backup, placed after it.
  await recordEvent(database.db, t.now, 'lint.certificate-broken', older.serialHex, { rule: 'a test' });
  kept = await backup();
  await t.open({ closed: () => keeper.closed() });
  t.now += 3_600_000;
  const newer = await t.issued(person('Sau Sao Lưu'));
  const newerRevoked = await t.issued(person('Sau Sao Lưu Đã Thu Hồi'));
  await t.service.revoke(revokedLater.serialHex, 'keyCompromise');
  await t.service.revoke(newerRevoked.serialHex, 'superseded');
  t.now += 60_000;
  await t.service.runJobs();
  await keeper.run();
  expect(checkCopy(join(place, 'authority'))).toMatchObject({ status: 'whole' });
  untouched = join(home.path, 'untouched');
  cpSync(place, untouched, { recursive: true });
  story = { older, revokedLater, newer, newerRevoked, numbers: await lists(database.db) };
  await t.service.stop();
  const root = home.put('root.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
  const signer = home.put('journal.pem', encodePem('CERTIFICATE', pki.certificate('seal').raw));
  trust = ['--trust', root, '--signer', signer, '--at', new Date(pki.now).toISOString()];
}, 120_000);
afterAll(async () => {
  for (const one of backups) await one[Symbol.asyncDispose]();
  t.close();
  await database.close();
});

async function restore(address: DatabaseAddress, ...more: string[]) {
  return restoreFrom(place, address, ...more);
}

async function restoreFrom(copy: string, address: DatabaseAddress, ...more: string[]) {
  const argv = ['restore', '--copy', copy, ...trust, '--format', 'json', ...more];
  const ran = await runForTests(run, argv, { DATABASE_URL: databaseUrl(address) });
  return { ...ran, answer: ran.code === 0 ? (JSON.parse(ran.out) as RestoredJournalAnswer[])[0] : undefined };
}

describe('antin journal restore', () => {
  test('a database of yesterday issues nothing, and is not forgotten about: after the restore everything is answered rightly', async () => {
    const day = await backup(kept.address);
    const { own: closed } = await reopened(day.db, t.now + 60_000);
    await expect(closed.service.issueCertificate(person('Không Được'))).rejects.toMatchObject({ code: 'journal.set-back' });
    await closed.service.stop();

    const dry = await restore(day.address, '--dry-run');
    expect({ code: dry.code, err: dry.err }).toEqual({ code: 0, err: '' });
    expect(dry.answer).toMatchObject({ journal: 'authority', dryRun: true, head: { verdict: 'valid' } });
    expect(await lists(day.db)).not.toEqual(story.numbers);
    const done = await restore(day.address);
    expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: '' });
    expect(done.answer).toMatchObject({ dryRun: false, restored: dry.answer!.restored, kinds: dry.answer!.kinds });
    expect(done.answer!.kinds).toMatchObject({ 'certificate.issued': 2, 'certificate.revoked': 2, 'lint.certificate-broken': 1 });
    expect(done.answer!.left).toEqual([]);
    // Numbers of lists go on behind those that were published, also in the minute that is in no copy, whatever a clock says.
    for (const [n, number] of (await lists(day.db)).entries()) expect(number).toBeGreaterThan(story.numbers[n]!);
    expect(story.numbers.length).toBeGreaterThan(0);

    const { own, keeper } = await reopened(day.db, t.now + 120_000);
    expect(keeper.closed()).toBeUndefined();
    await keeper.run();
    expect(keeper.copy()).toMatchObject({ status: 'copied' });
    expect(await own.statusOf(story.older.certificate)).toEqual({ kind: 'good' });
    expect(await own.statusOf(story.newer.certificate)).toEqual({ kind: 'good' });
    expect(await own.statusOf(story.revokedLater.certificate)).toMatchObject({ kind: 'revoked', reason: 1 });
    expect(await own.statusOf(story.newerRevoked.certificate)).toMatchObject({ kind: 'revoked', reason: 4 });
    await own.service.runJobs();
    const { bytes } = await own.get('/crl/issuing.crl');
    const crl = parseCrl(bytes);
    expect(crl.find(story.revokedLater.certificate.serialNumber)).toMatchObject({ reason: 1 });
    expect(crl.find(story.newerRevoked.certificate.serialNumber)).toMatchObject({ reason: 4 });
    expect(Number(crl.crlNumber)).toBeGreaterThan(Math.max(...story.numbers));
    // The same bytes, findable as any other; their serial is taken.
    const { rows } = await sql<{ der: Buffer; subject: string }>`
      select der, subject from authority.certificate where serial_hex = ${story.newer.serialHex}`.execute(day.db);
    expect(new Uint8Array(rows[0]!.der)).toEqual(story.newer.certificate.raw);
    expect(rows[0]!.subject).toContain('Sau Sao Lưu');
    // It opens again, and the journal goes on where the copy ended.
    expect(await own.service.issueCertificate(person('Lại Được'))).toMatchObject({ status: 'issued' });
    own.now += 60_000;
    await keeper.run();
    expect(checkCopy(join(place, 'authority'))).toMatchObject({ status: 'whole' });
    const doubles = await sql`
      select leaf_hash from authority.journal_entry group by leaf_hash having count(*) > 1`.execute(day.db);
    expect(doubles.rows).toEqual([]);
    expect(await restore(day.address)).toMatchObject({ code: 65, err: expect.stringContaining('journal.nothing-to-restore') });
    await own.service.stop();
  }, 120_000);

  /** The copy with something done to it. */
  function twisted(name: string, what: (folder: string) => void): string {
    const folder = join(home.path, name);
    cpSync(untouched, folder, { recursive: true });
    what(join(folder, 'authority'));
    return folder;
  }

  test('entries that no signed head holds are not put back unless somebody says so', async () => {
    const day = await backup(kept.address);
    const copy = twisted('added', (folder) => {
      const size = checkCopy(folder) as { entries: number };
      const forged = {
        at: new Date(t.now).toISOString(),
        detail: { issuerSha256: 'x' },
        id: 'x',
        kind: 'certificate.abandoned',
        serial: 'aa',
      };
      appendFileSync(
        join(folder, 'entries.ndjson'),
        `${JSON.stringify({ leafIndex: size.entries, entry: JSON.stringify(forged) })}\n`,
      );
    });
    expect(await restoreFrom(copy, day.address)).toMatchObject({
      code: 2,
      err: expect.stringContaining('journal.entries-without-head'),
    });
    const known = await sql`select 1 from authority.certificate where serial_hex = 'aa'`.execute(day.db);
    expect(known.rows).toEqual([]);
    expect((await restoreFrom(copy, day.address, '--unsigned')).answer).toMatchObject({ unsigned: 1 });
  });

  test('entries that no signed head holds lift no suspension and make nothing good that the CA did not sign', async () => {
    const day = await backup(kept.address);
    const { issuerSha256 } = story.older;
    const strange = pki.certificate('leader');
    const copy = twisted('forged', (folder) => {
      const { entries } = checkCopy(folder) as { entries: number };
      const revokedAt = t.now - (t.now % 1000);
      const certificateSha256 = toHex(digestOf(nodeCrypto, 'SHA-256', strange.raw));
      const forged = [
        ['certificate.suspended', story.older.serialHex, { issuerSha256, revokedAt, reason: 6 }],
        ['certificate.suspension-lifted', story.older.serialHex, { issuerSha256 }],
        ['certificate.issued', strange.serialHex, { issuerSha256, certificateSha256, profile: 'person' }],
      ] as const;
      for (const [n, [kind, serial, detail]] of forged.entries()) {
        const entry = JSON.stringify({ at: new Date(t.now).toISOString(), detail, id: String(n), kind, serial });
        appendFileSync(join(folder, ENTRIES_FILE), `${JSON.stringify({ leafIndex: entries + n, entry })}\n`);
      }
      const beside = { leafIndex: entries + 2, der: toBase64(strange.raw) };
      appendFileSync(join(folder, CERTIFICATES_FILE), `${JSON.stringify(beside)}\n`);
    });
    const { answer } = await restoreFrom(copy, day.address, '--unsigned', '--without-certificates');
    expect(answer!.left.map(({ reason, about }) => [reason, about])).toEqual(
      expect.arrayContaining([
        ['revoked-meanwhile', story.older.serialHex],
        ['certificate-without-bytes', strange.serialHex],
      ]),
    );
    const { rows } = await sql<{ serial: string; state: string; revoked: boolean }>`
      select c.serial_hex as serial, c.state, r.serial_hex is not null as revoked from authority.certificate c
      left join authority.revocation r using (issuer_sha256, serial_hex)
      where c.serial_hex = any(${[story.older.serialHex, strange.serialHex, story.newer.serialHex]}::text[])`.execute(day.db);
    const states = Object.fromEntries(rows.map(({ serial, state, revoked }) => [serial, [state, revoked]]));
    expect(states).toEqual({
      [story.older.serialHex]: ['good', true],
      [strange.serialHex]: ['abandoned', true],
      [story.newer.serialHex]: ['good', false],
    });
    // What a crash leaves, entries that were to be signed next, is the CA's own work.
    const crashed = twisted('crashed', (folder) => {
      const heads = readFileSync(join(folder, HEADS_FILE), 'utf8').trimEnd().split('\n');
      writeFileSync(join(folder, HEADS_FILE), `${heads.slice(0, -1).join('\n')}\n`);
    });
    const other = await backup(kept.address);
    const honest = (await restoreFrom(crashed, other.address, '--unsigned')).answer!;
    expect(honest.unsigned).toBeGreaterThan(0);
    const newer = await sql<{ state: string }>`
      select state from authority.certificate where serial_hex = ${story.newer.serialHex}`.execute(other.db);
    expect(newer.rows).toEqual([{ state: 'good' }]);
  });

  test.each([
    [
      'another key',
      'journal.head-not-by-its-key',
      () => ['--signer', home.put('leader.pem', encodePem('CERTIFICATE', pki.certificate('leader').raw))],
    ],
    ['another log', 'journal.other-origin', () => ['--origin', 'elsewhere.test/authority']],
  ])('a copy whose head is by %s is not believed', async (_, code, more) => {
    const day = await backup(kept.address);
    const [option, value] = more() as [string, string];
    const replaced =
      option === '--signer' ? trust.map((one, i) => (trust[i - 1] === '--signer' ? value : one)) : [...trust, option, value];
    const argv = ['restore', '--copy', untouched, ...replaced];
    const ran = await runForTests(run, argv, { DATABASE_URL: databaseUrl(day.address) });
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining(code) });
  });

  test('a copy that is changed between being believed and being read changes nothing', async () => {
    const { db } = await backup(kept.address);
    const journal = { ...restoredAuthorityJournal, origin: 'antin.test/authority' };
    const swapped = async (file: string, from: RegExp, to: string) => {
      const folder = join(home.path, `swapped-${file}`);
      cpSync(join(untouched, 'authority'), folder, { recursive: true });
      await inTransaction(db, async (tx) => {
        const forgotten = await forgottenBy(tx, journal, folder);
        const path = join(folder, file);
        const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
        expect(lines.at(-1)).toMatch(from);
        writeFileSync(path, `${[...lines.slice(0, -1), lines.at(-1)!.replace(from, to)].join('\n')}\n`);
        await restoreAuthority(tx, journal, folder, forgotten, { at: new Date(t.now) });
      });
    };
    for (const [file, from, to] of [
      [ENTRIES_FILE, /"kind\\":\\"[a-z.]+/, String.raw`"kind\":\"ca.changed`],
      [HEADS_FILE, /"signature":"..../, '"signature":"AAAA'],
    ] as const)
      await expect(swapped(file, from, to), file).rejects.toThrow('the copy changed while it was read');
    // The same database, and a copy that nobody touches.
    expect((await restoreFrom(untouched, backups.at(-1)!.address)).code).toBe(0);
  });

  test('a copy without its certificates is refused, and with a word revokes what it cannot put back', async () => {
    const day = await backup(kept.address);
    const copy = twisted('no certificates', (folder) => rmSync(join(folder, 'certificates.ndjson')));
    expect(await restoreFrom(copy, day.address)).toMatchObject({
      code: 2,
      err: expect.stringContaining('journal.certificates-missing'),
    });
    const done = await restoreFrom(copy, day.address, '--without-certificates');
    expect(done.answer!.left.map((one) => [one.reason, one.about])).toEqual([
      ['certificate-without-bytes', story.newer.serialHex],
      ['certificate-without-bytes', story.newerRevoked.serialHex],
    ]);
    const own = new AuthorityForTests(day.db, t.folder);
    own.now = t.now + 3_600_000;
    await own.open();
    expect(await own.statusOf(story.newer.certificate)).toMatchObject({ kind: 'revoked' });
    expect(await own.statusOf(story.newerRevoked.certificate)).toMatchObject({ kind: 'revoked', reason: 4 });
    await own.service.stop();
  });

  test('a certificate that somebody put in the place of another is none', async () => {
    const day = await backup(kept.address);
    const copy = twisted('swapped', (folder) => {
      const path = join(folder, 'certificates.ndjson');
      const other = Buffer.from(story.older.certificate.raw).toString('base64');
      const wanted = Buffer.from(story.newer.certificate.raw).toString('base64');
      const before = readFileSync(path, 'utf8');
      expect(before).toContain(wanted);
      writeFileSync(path, before.replace(wanted, other));
    });
    expect(await restoreFrom(copy, day.address)).toMatchObject({ code: 2, err: expect.stringContaining(story.newer.serialHex) });
  });

  test('a database that has gone on and tells its own story is not mixed with the copy', async () => {
    const day = await backup(kept.address);
    await recordEvent(day.db, t.now, 'test.happened', undefined, { second: 'story' });
    await growJournal(day.db, { ...authorityJournal, origin: 'antin.test/authority' }, new Date(t.now));
    expect(await restoreFrom(untouched, day.address)).toMatchObject({ code: 1, err: expect.stringContaining('journal.forked') });
  });

  test('what was done while it was closed stays: a revocation of that time, and its entry behind the restored ones', async () => {
    const day = await backup(kept.address);
    const { own } = await reopened(day.db, t.now + 60_000);
    expect(await own.service.revoke(story.older.serialHex, 'keyCompromise')).toMatchObject({ status: 'revoked' });
    // The one that was revoked before the restore, and forgotten, is revoked a second time, later.
    expect(await own.service.revoke(story.revokedLater.serialHex, 'superseded')).toMatchObject({ status: 'revoked' });
    await own.service.stop();
    const done = await restoreFrom(untouched, day.address);
    expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: '' });
    const again = new AuthorityForTests(day.db, t.folder);
    again.now = t.now + 120_000;
    await again.open();
    expect(await again.statusOf(story.older.certificate)).toMatchObject({ kind: 'revoked', reason: 1 });
    expect(await again.statusOf(story.revokedLater.certificate)).toMatchObject({ kind: 'revoked' });
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from authority.journal_waiting`.execute(day.db);
    expect(rows[0]!.n).toBeGreaterThanOrEqual(3);
    await again.service.stop();
  });

  test('a folder without a marker, or of another journal, is no copy of this one', async () => {
    const day = await backup(kept.address);
    const bare = twisted('bare', (folder) => rmSync(join(folder, 'journal.json')));
    expect(await restoreFrom(bare, day.address)).toMatchObject({
      code: 65,
      err: expect.stringContaining('journal.copy-missing'),
    });
    const other = twisted('other', (folder) => {
      const path = join(folder, 'journal.json');
      const marker = JSON.parse(readFileSync(path, 'utf8')) as object;
      writeFileSync(path, JSON.stringify({ ...marker, journal: '00000000-0000-4000-8000-000000000000' }));
    });
    expect(await restoreFrom(other, day.address)).toMatchObject({
      code: 1,
      err: expect.stringContaining('journal.copy-foreign'),
    });
    expect(await runForTests(run, ['restore', '--copy', bare, ...trust])).toMatchObject({ code: 64 });
  });

  test('prints what was put back and what no journal holds, for a person with a pen', async () => {
    const day = await backup(kept.address);
    const argv = ['restore', '--copy', untouched, ...trust, '--dry-run'];
    const ran = await runForTests(run, argv, { DATABASE_URL: databaseUrl(day.address) });
    expect(ran.out).toContain('sẽ khôi phục');
    expect(ran.out).toContain('certificate.issued');
    expect(ran.out).toContain('[ ] Dấu thời gian');
  });
});
