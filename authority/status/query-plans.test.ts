import { CompiledQuery, sql } from 'kysely';
import type { KyselyPlugin, RootOperationNode } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { certificatesPage, downloadable, publishIssued } from '../publication/store.ts';
import { findRevocation, putRevocation } from '../revocation/store.ts';
import { dropAnswers, findAnswer, takeAgeing, unanswered } from './answer-store.ts';
import { statusesOf } from './certificate-status.ts';
import { announceChange } from './change.ts';
import { issuerByHashes, issuerByName, issuerBySha256, listsOf } from './issuers.ts';
import { newestNotices } from './notice.ts';
import { FULL_LIST } from './shards.ts';
import {
  buildBy,
  crlAt,
  dueLists,
  entryBlocks,
  lapsingLists,
  newestCrl,
  noteFailure,
  pruneLists,
  publishedNumber,
  putCrl,
  takeDue,
  takeList,
} from './store.ts';

/** Small numbers hide a scan: the planner is right to read a table of ten rows from end to end. */
const CERTIFICATES = 100_000;
const ISSUERS = 2000;

const hex = (n: string) => sql.raw(`lpad(to_hex(${n}), 34, '0')`);
let database: TestDatabase;
const at = Date.parse('2026-03-02T02:00:00Z');
const someone = 'a'.repeat(60) + '0007';
const serialHex = '41' + '0'.repeat(28) + '0007';

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  const { db } = database;
  const issuer = sql.raw(`repeat('a', 60) || lpad((i % ${ISSUERS})::text, 4, '0')`);
  const now = new Date(at);
  await sql`
    insert into authority.certificate
      (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, issued_at, der, crl_shard, unpublished)
    select ${issuer}, ${hex('i')}, 'good', 'person', 'x', 'CN=' || i, md5(i::text), ${now}, ${now}::timestamptz + i * interval '1 minute',
      ${now}, ${now}, '\\x00', i % 8, i % 1000 = 0
    from generate_series(1, ${CERTIFICATES}) i`.execute(db);
  await sql`
    insert into authority.revocation (issuer_sha256, serial_hex, revoked_at, reason, entry, recorded_at, crl_shard, expires_at)
    select issuer_sha256, serial_hex, ${now}, 4, '\\x00', ${now}, crl_shard, not_after from authority.certificate
    where hashtext(serial_hex) % 2 = 0`.execute(db);
  await sql`
    insert into authority.ocsp_answer (issuer_sha256, serial_hex, hash, der, this_update, next_update, refresh_at)
    select issuer_sha256, serial_hex, 'SHA-1', '\\x00', ${now}, not_after, not_after from authority.certificate
    where hashtext(serial_hex) % 2 = 1`.execute(db);
  await sql`
    insert into authority.status_issuer
      (issuer_sha256, name, der, key_sha1, key_sha256, name_sha1, name_sha256, shards, expired_stay, every_ms, valid_ms, added_at)
    select ${issuer}, 'ca-' || i, '\\x00', decode(md5(i::text), 'hex'), decode(md5(i::text), 'hex'), '\\x00', '\\x00', 8, false, 1, 100, ${now}
    from generate_series(1, ${ISSUERS}) i`.execute(db);
  await sql`
    insert into authority.crl_list (issuer_sha256, shard, idp, number, this_update, next_update, entries, build_at, alarm_at)
    select issuer_sha256, s, case when s < 0 then null else 'http://a/' || s end, 1, ${now}, ${now}, 0,
      ${now}::timestamptz + s * interval '1 hour', ${now}::timestamptz + (s + 2) * interval '1 hour'
    from authority.status_issuer, generate_series(-1, 7) s`.execute(db);
  await sql`
    insert into authority.crl (issuer_sha256, shard, number, this_update, next_update, entries, der)
    select issuer_sha256, shard, n, ${now}::timestamptz + n * interval '1 hour', ${now}, 0, '\\x00'
    from authority.crl_list, generate_series(1, 4) n`.execute(db);
  await sql`
    insert into authority.crl_due (issuer_sha256, shard, since)
    select issuer_sha256, shard, ${now} from authority.crl_list`.execute(db);
  await sql`
    insert into authority.notice (key, at, kind, issuer_sha256, serial_hex, detail)
    select i::text, ${now}, 'certificate.revoked', 'a', 'b', '{}' from generate_series(1, 5000) i`.execute(db);
  await sql`
    insert into authority.published
      (issuer_sha256, serial_hex, fingerprint, profile, subject, words, mails, not_before, not_after, downloadable)
    select issuer_sha256, serial_hex, encode(sha256(serial_hex::bytea), 'hex'), profile, subject,
      to_tsvector('simple', (array['nguyen','tran','le','pham'])[1 + abs(hashtext(serial_hex)) % 4] || ' van ' || md5(serial_hex)),
      array[md5(serial_hex) || '@noivu.gov.vn'], not_before, not_after, true
    from authority.certificate`.execute(db);
  await sql`analyze`.execute(db);
}, 120_000);
afterAll(() => database.close());

/** Runs `work` and returns every query that it sent. */
async function queriesOf(work: (db: Db) => Promise<unknown>): Promise<CompiledQuery[]> {
  const { db } = database;
  const seen: CompiledQuery[] = [];
  const listener: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      seen.push(db.getExecutor().compileQuery(node as RootOperationNode, queryId));
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  await work(db.withPlugin(listener)).catch((fault: unknown) => {
    // What the planner says of a query does not depend on whether its row was there.
    if (seen.length === 0) throw fault;
  });
  return seen;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

function scans({ Plans = [], ...plan }: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? '?'] : [];
  return [...own, ...Plans.flatMap(scans)];
}

const drain = async (blocks: AsyncGenerator<unknown>) => {
  for await (const block of blocks) void block;
};
const list = { issuerSha256: someone, shard: 3 };
const inTx = (work: Parameters<typeof inTransaction>[1]) => (db: Db) => inTransaction(db, work);
const crl = {
  number: 99,
  thisUpdate: at,
  nextUpdate: at,
  der: new Uint8Array(1),
  entries: 0,
  idp: 'http://a/3',
  buildAt: at,
  alarmAt: at,
};

describe('with hundreds of thousands of rows no table is read from end to end', () => {
  const queries: [string, (db: Db) => Promise<unknown>][] = [
    ['the status of certificates', (db) => statusesOf(db, someone, [serialHex, '4105'])],
    ['a pre-signed answer', (db) => findAnswer(db, { issuerSha256: someone, serialHex, hash: 'SHA-1' }, at)],
    ['answers that age', (db) => takeAgeing(db, at + 3_600_000, 200)],
    ['certificates without an answer', (db) => unanswered(db, someone, '', at, 200)],
    ['answers that are dropped', (db) => dropAnswers(db, someone, [serialHex])],
    ['whose a CertID is', (db) => issuerByHashes(db, 'SHA-1', new Uint8Array(1), new Uint8Array(16))],
    ['whose a SHA-256 CertID is', (db) => issuerByHashes(db, 'SHA-256', new Uint8Array(1), new Uint8Array(16))],
    ['an issuer by name', (db) => issuerByName(db, 'ca-7')],
    ['an issuer by certificate', (db) => issuerBySha256(db, someone)],
    ['the lists of a certificate', (db) => listsOf(db, someone, serialHex)],
    ['the newest list', (db) => newestCrl(db, someone, 3)],
    ['the list of a moment', (db) => crlAt(db, someone, at, 3)],
    ['lists that are due', (db) => dueLists(db, at, 200)],
    ['lists that lapse', (db) => lapsingLists(db, at)],
    ['taking a list', inTx((tx) => takeList(tx, list, false))],
    ['what a revocation left due', inTx((tx) => takeDue(tx, list))],
    ['bringing a build forward', inTx((tx) => buildBy(tx, list, at))],
    ['a build that failed', (db) => noteFailure(db, list, 'x', at)],
    ['entries of a shard', inTx((tx) => drain(entryBlocks(tx, list, at)))],
    ['entries of a full list', inTx((tx) => drain(entryBlocks(tx, { ...list, shard: FULL_LIST }, undefined)))],
    ['publishing a list', inTx((tx) => putCrl(tx, list, crl))],
    ['throwing old lists away', inTx((tx) => pruneLists(tx, list, at))],
    ['whether a list is the newest', (db) => publishedNumber(db, someone, 3)],
    ['a revocation', (db) => findRevocation(db, someone, serialHex)],
    [
      'writing a revocation',
      inTx(async (tx) => {
        const row = {
          issuerSha256: someone,
          serialHex: '4199',
          revokedAt: at,
          reason: 4,
          entry: new Uint8Array(1),
          recordedAt: at,
        };
        await putRevocation(tx, row);
        await announceChange(tx, row, at);
      }),
    ],
    ['notices of officers', (db) => newestNotices(db, { limit: 50 })],
    ['a public download', (db) => downloadable(db, 'a'.repeat(64))],
    ['what is not public yet', (db) => publishIssued(db, 200)],
    ['the public search by number', (db) => certificatesPage(db, { serial: serialHex }, { limit: 20 })],
    ['the public search by fingerprint', (db) => certificatesPage(db, { fingerprint: 'a'.repeat(64) }, { limit: 20 })],
    ['the public search by mail', (db) => certificatesPage(db, { mail: 'an@noivu.gov.vn' }, { limit: 20 })],
    ['the public search by words', (db) => certificatesPage(db, { words: 'nguyen van an' }, { limit: 20 })],
    ['the next page of it', (db) => certificatesPage(db, { words: 'nguyen van an' }, { limit: 20, after: '7' })],
  ];

  test.each(queries)('%s', async (_, work) => {
    const seen = (await queriesOf(work)).filter(({ sql: text }) => /^\s*(select|insert|update|delete|with|\()/i.test(text));
    expect(seen.length).toBeGreaterThan(0);
    for (const { sql: text, parameters } of seen) {
      if (/pg_notify/.test(text)) continue;
      const { rows } = await database.db.executeQuery<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        CompiledQuery.raw(`explain (format json) ${text}`, [...parameters]),
      );
      expect(scans(rows[0]?.['QUERY PLAN'][0]?.Plan as Plan), text).toEqual([]);
    }
  });
});
