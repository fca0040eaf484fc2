import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { ENTRIES_FILE } from '@antin/adapters/journal/copy';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { forgottenBy } from '@antin/adapters/journal/restore';
import { person } from '@antin/authority/authority-for-tests';
import { authorityJournal } from '@antin/authority/journal/kept';
import { backupOf, type Backup } from '@antin/authority/journal/restore/backup-for-tests';
import { restoreAuthority, restoredAuthorityJournal } from '@antin/authority/journal/restore/restore';
import { SignerClient } from '@antin/authority/keys/signer-process/client';
import { migrations } from '@antin/authority/migrations';
import { authorityService, type AuthorityService } from '@antin/authority/service';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { buildTbsCertList } from '@antin/pki/crl/build';
import { parseCrl } from '@antin/pki/crl/parse';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { softHsmModule, softToken, type SoftToken } from '@antin/testkit/softhsm';
import { productionCeremonies } from '../../services/production-ceremonies-for-tests.ts';

const module = softHsmModule();
const pki = testPki();
const baseUrl = 'http://ca.example.gov.vn/authority';
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
});

/** Keys on a token behind a signer process, whose own ledger no backup of a database sets back. */
describe.skipIf(module === undefined)('lists that were signed between the backup and the disaster', () => {
  const home = useFolder();
  let token: SoftToken;
  let database: TestDatabase;
  let backup: Backup;
  let service: AuthorityService | undefined;
  let place: string;
  /** The signer has the clock of the machine; the authority may differ by minutes. */
  let offset = 0;
  let alarms: { kind: string; tbs: string }[] = [];
  const story = { recorded: new Set<string>(), rogue: '', lastMinute: [] as string[], greatest: 0 };
  const clock = () => Date.now() + offset;
  const keeperOf = (db: AnyDatabase) =>
    journalKeeper({
      ...{ ...authorityJournal, db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
      clock,
      copyFolder: place,
    });

  async function open(db: AnyDatabase): Promise<AuthorityService> {
    const keeper = await keeperOf(db);
    const log = {
      info: () => {},
      error: (facts: object, text: string) => void (text.startsWith('ALARM') && alarms.push(facts as (typeof alarms)[number])),
    };
    const dataDir = join(home.path, 'data', 'authority');
    service = await authorityService({ db, dataDir, baseUrl, clock, log, closed: () => keeper.closed() });
    return service;
  }
  const tbsOf = (der: Uint8Array) => toHex(digestOf(nodeCrypto, 'SHA-256', parseCrl(der).tbs));
  async function published(db: AnyDatabase): Promise<{ tbs: string; number: number; der: Uint8Array }[]> {
    const { rows } = await sql<{ number: number; der: Uint8Array }>`
      select l.number, l.der from authority.crl l join authority.ca c using (issuer_sha256) where c.series = 'issuing'
      order by l.number`.execute(db);
    return rows.map(({ number, der }) => ({ number: Number(number), tbs: tbsOf(new Uint8Array(der)), der: new Uint8Array(der) }));
  }

  beforeAll(async () => {
    token = await softToken(module as string, 'le-khoa', []);
    place = join(home.path, 'second place');
    mkdirSync(place);
    writeFileSync(join(home.path, 'pin'), token.pin, { mode: 0o600 });
    await productionCeremonies({
      ...{ folder: home.path, module: module as string, pin: token.pin, baseUrl },
      ...{ policy: '1.3.6.1.4.1.99999.1', tsaPolicy: '1.3.6.1.4.1.99999.2', begun: Date.now() - 86_400_000 },
    });
    database = await testDatabase(migrations, 'authority');
    const own = await open(database.db);
    const issued = await own.issueCertificate(person('Nguyễn Văn An'));
    if (issued.status === 'refused') throw new Error(issued.code);
    const keeper = await keeperOf(database.db);
    await keeper.run();
    backup = await backupOf(database.address);
    const before = new Set((await published(database.db)).map((one) => one.tbs));

    expect(await own.revoke(issued.serialHex, 'keyCompromise')).toMatchObject({ status: 'revoked' });
    const lists = await published(database.db);
    // Somebody uses the key past the pipeline, behind the newest list.
    const [newest] = lists.slice(-1);
    const parsed = parseCrl(newest!.der);
    const client = new SignerClient({ socketPath: join(home.path, 'data', 'authority', 'signer', 'signer.sock') });
    const key = (await client.keys()).find((one) => one.name === 'cap')!;
    const [certificate] = own.chain();
    const rogue = buildTbsCertList({
      signatureAlgorithm: parsed.signatureAlgorithm.raw,
      issuer: certificate!.subject.raw,
      thisUpdate: parsed.thisUpdate,
      nextUpdate: parsed.nextUpdate!,
      crlNumber: newest!.number + 1,
      authorityKeyIdentifier: certificate!.subjectKeyIdentifier!,
      entries: [],
    });
    await key.sign('crl', rogue);
    client.close();
    story.rogue = toHex(digestOf(nodeCrypto, 'SHA-256', rogue));
    await keeper.run();
    story.recorded = new Set(lists.map((one) => one.tbs).filter((one) => !before.has(one)));
    // In the last minute another list goes out, which no copy has.
    offset = 60_000;
    const other = await own.issueCertificate(person('Trần Thị Bình'));
    if (other.status === 'refused') throw new Error(other.code);
    expect(await own.revoke(other.serialHex, 'superseded')).toMatchObject({ status: 'revoked' });
    const late = (await published(database.db)).filter(({ tbs }) => !before.has(tbs) && !story.recorded.has(tbs));
    story.lastMinute = late.map((one) => one.tbs);
    story.greatest = Math.max(...late.map((one) => one.number));
    await own.stop();
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    await backup?.[Symbol.asyncDispose]();
    await database?.close();
    token?.close();
  });

  const restoreFrom = (db: AnyDatabase, folder: string) => {
    const journal = { ...restoredAuthorityJournal, origin: 'antin.test/authority' };
    return inTransaction(db, async (tx) =>
      restoreAuthority(tx, journal, folder, await forgottenBy(tx, journal, folder), {
        at: new Date(clock()),
        withoutCertificates: true,
      }),
    );
  };

  test('have their record in the journal; what nobody recorded is an alarm still, whatever somebody wrote behind the copy', async () => {
    expect(story.recorded.size).toBeGreaterThan(0);
    expect(story.lastMinute.length).toBeGreaterThan(0);
    // A set-back database compares nothing: everything signed since would look like a theft, once and for all.
    offset = 300_000;
    alarms = [];
    const closed = await open(backup.db);
    await closed.runJobs();
    expect(alarms).toEqual([]);
    await closed.stop();

    const forged = join(home.path, 'forged');
    cpSync(place, forged, { recursive: true });
    const { entries } = checkCopy(forged) as { entries: number };
    const { rows } = await sql<{ issuer: string }>`
      select issuer_sha256 as issuer from authority.ca where series = 'issuing'`.execute(backup.db);
    const detail = { issuerSha256: rows[0]!.issuer, shard: -1, number: 2 ** 60, entries: 0, tbsSha256: story.rogue };
    const entry = JSON.stringify({ at: new Date(clock()).toISOString(), detail, id: 'x', kind: 'crl.published' });
    appendFileSync(join(forged, ENTRIES_FILE), `${JSON.stringify({ leafIndex: entries, entry })}\n`);
    const done = await restoreFrom(backup.db, forged);
    expect(done.left.map((one) => one.reason)).toContain('list-unknown');

    // The clock of the restored machine is slow: behind the list of the last minute, which stands in no copy.
    offset = 0;
    const open2 = await open(backup.db);
    await open2.runJobs();
    const numbers = (await published(backup.db)).map((one) => one.number);
    expect(numbers.at(-1)).toBeGreaterThan(story.greatest);
    expect(numbers.at(-1)).toBeLessThan(2 ** 50);
    offset = 300_000;
    await open2.runJobs();
    const said = alarms.filter((one) => one.kind === 'crl').map((one) => one.tbs);
    expect(new Set(said)).toEqual(new Set([story.rogue, ...story.lastMinute]));
    for (const tbs of story.recorded) expect(said).not.toContain(tbs);
    const again = said.length;
    await open2.runJobs();
    expect(alarms.filter((one) => one.kind === 'crl')).toHaveLength(again);
  }, 180_000);
});
