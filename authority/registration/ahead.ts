import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import type { FileStore } from '@antin/adapters/files/store';
import { recordEvent } from '../journal/record.ts';
import type { RegistrationDoors } from './doors.ts';
import { limitsOn } from './register-facts.ts';

/** Where no limit is configured. */
const [FILES, MEGABYTES, DAYS] = [20_000, 4096, 30];
const MOST_AT_ONCE = 200;
const DAY_MS = 86_400_000;

/** What a sender may still send before a request that names it. */
export interface Room {
  readonly files: number;
  readonly bytes: number;
}

/** A paper counts until a request names it: one of its sender, or of those its token speaks for. */
const UNUSED = sql`not exists (select 1 from authority.request_attachment r join authority.submission s on s.id = r.submission_id
  where r.sha256 = a.sha256 and (s.from_code = a.from_code
    or exists (select 1 from authority.sender o where o.code = a.from_code and o.token_for_under)))`;

/** Without it one agency's program that never sends its requests would fill the issuer's disk. */
export async function roomAhead(db: Db, fromCode: string, now: Date): Promise<Room> {
  const limits = await limitsOn(db, officeDay(now));
  const { rows } = await sql<{ files: number; bytes: string }>`
    select count(*)::int as files, coalesce(sum(a.size), 0)::text as bytes from authority.sender_attachment a
    where a.from_code = ${fromCode} and ${UNUSED}`.execute(db);
  const { files, bytes } = rows[0]!;
  return {
    files: (limits.get('attachments-ahead') ?? FILES) - files,
    bytes: (limits.get('attachments-ahead-megabytes') ?? MEGABYTES) * 1_000_000 - Number(bytes),
  };
}

/** One sender's papers one after the other: a hundred at once would each find the same room. */
export async function lockAhead(tx: Tx, fromCode: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`authority attachments ahead ${fromCode}`}, 0))`.execute(tx);
}

/** Whoever names contents of the store holds them all for the moment: what is taken away waits until they are named. */
export async function lockFiles(tx: Tx, why: 'to name them' | 'to take one away'): Promise<void> {
  const key = sql`hashtextextended('authority files', 0)`;
  await (
    why === 'to name them' ? sql`select pg_advisory_xact_lock_shared(${key})` : sql`select pg_advisory_xact_lock(${key})`
  ).execute(tx);
}

/** Takes a content out of the store when no row names it. */
export async function dropUnnamed(tx: Tx, files: FileStore, sha256: string): Promise<void> {
  await lockFiles(tx, 'to take one away');
  const { rows } = await sql`
    select 1 where exists (select 1 from authority.sender_attachment where sha256 = ${sha256})
      or exists (select 1 from authority.request_attachment where sha256 = ${sha256})
      or exists (select 1 from authority.request_evidence where sha256 = ${sha256})
      or exists (select 1 from authority.submission where file_sha256 = ${sha256})`.execute(tx);
  if (rows.length === 0) await files.remove(sha256);
}

/**
 * Forgets papers that no request of their sender has named for as long as configuration says, and takes their files away where
 * nothing else names them.
 *
 * @returns how many
 */
export async function tidyAhead({ doors, clock, files }: Pick<RegistrationDoors, 'doors' | 'clock' | 'files'>): Promise<number> {
  const db = doors.as('antin_registration');
  const now = clock();
  const days = (await limitsOn(db, officeDay(now))).get('attachments-ahead-days') ?? DAYS;
  const gone = await inTransaction(db, async (tx) => {
    const { rows } = await sql<{ fromCode: string; sha256: string }>`
      delete from authority.sender_attachment where (from_code, sha256) in (
        select a.from_code, a.sha256 from authority.sender_attachment a
        where a.received_at < ${new Date(now.getTime() - days * DAY_MS)} and ${UNUSED}
        order by a.received_at limit ${MOST_AT_ONCE} for update skip locked)
      returning from_code as "fromCode", sha256`.execute(tx);
    for (const fromCode of new Set(rows.map((row) => row.fromCode))) {
      const detail = { from: fromCode, files: rows.filter((row) => row.fromCode === fromCode).length, days };
      await recordEvent(tx, now.getTime(), 'sender.attachments-removed', undefined, detail);
    }
    return rows;
  });
  // One by one, each held for a moment: who names it now is waited for, and seen.
  for (const { sha256 } of gone) await inTransaction(db, (tx) => dropUnnamed(tx, files, sha256));
  return gone.length;
}
