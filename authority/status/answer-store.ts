import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { CertStatus } from '@antin/pki/ocsp/response';
import { NEVER_ISSUED, sameStatus, statusesOf } from './certificate-status.ts';

/** Hashes that CertIDs are made with; SHA-1 identifies here and protects nothing. */
export type IdHash = 'SHA-1' | 'SHA-256';

export interface AnswerName {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly hash: IdHash;
}

/** A signed answer about one certificate; times in milliseconds since 1970. */
export interface SignedAnswer {
  readonly der: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** From then on it is signed anew, long before it ends. */
  readonly refreshAt: number;
}

export async function findAnswer(db: Db, name: AnswerName, now: number): Promise<SignedAnswer | undefined> {
  const found = await sql<{ der: Buffer; this_update: Date; next_update: Date; refresh_at: Date }>`
    select der, this_update, next_update, refresh_at from authority.ocsp_answer
    where issuer_sha256 = ${name.issuerSha256} and serial_hex = ${name.serialHex} and hash = ${name.hash}
      and next_update > ${new Date(now)}`.execute(db);
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    der: row.der,
    thisUpdate: row.this_update.getTime(),
    nextUpdate: row.next_update.getTime(),
    refreshAt: row.refresh_at.getTime(),
  };
}

export interface NewAnswer extends AnswerName, SignedAnswer {
  /** What it says. */
  readonly status: CertStatus;
}

/**
 * Keeps answers of one issuer, but not one that became untrue while it was signed: under a lock that a revocation of the
 * same certificate waits for or makes us wait for, the status is read once more.
 *
 * @returns those that are kept
 */
export async function keepAnswers(db: Db, issuerSha256: string, answers: readonly NewAnswer[]): Promise<NewAnswer[]> {
  if (answers.length === 0) return [];
  const serials = [...new Set(answers.map((one) => one.serialHex))].sort();
  return inTransaction(db, async (tx) => {
    await sql`
      select 1 from authority.certificate
      where issuer_sha256 = ${issuerSha256} and serial_hex = any(${serials}::text[]) order by serial_hex for share`.execute(tx);
    const now = await statusesOf(tx, issuerSha256, serials);
    const true_ = answers.filter(({ serialHex, status }) => {
      const known = now.get(serialHex) ?? NEVER_ISSUED;
      return known.status.kind !== 'unknown' && sameStatus(known.status, status);
    });
    await sql`
      insert into authority.ocsp_answer (issuer_sha256, serial_hex, hash, der, this_update, next_update, refresh_at)
      select ${issuerSha256}, a.serial_hex, a.hash, a.der, a.this_update, a.next_update, a.refresh_at
      from unnest(${true_.map((one) => one.serialHex)}::text[], ${true_.map((one) => one.hash)}::text[],
        ${true_.map((one) => Buffer.from(one.der))}::bytea[], ${true_.map((one) => new Date(one.thisUpdate))}::timestamptz[],
        ${true_.map((one) => new Date(one.nextUpdate))}::timestamptz[], ${true_.map((one) => new Date(one.refreshAt))}::timestamptz[])
        as a (serial_hex, hash, der, this_update, next_update, refresh_at)
      on conflict (issuer_sha256, serial_hex, hash) do update
        set der = excluded.der, this_update = excluded.this_update, next_update = excluded.next_update, refresh_at = excluded.refresh_at
        where ocsp_answer.this_update <= excluded.this_update`.execute(tx);
    return true_;
  });
}

/** Takes answers that are to be signed anew, for one minute: a second worker takes others, a dead one loses nothing. */
export async function takeAgeing(db: Db, now: number, limit: number): Promise<AnswerName[]> {
  const found = await sql<{ issuer_sha256: string; serial_hex: string; hash: IdHash }>`
    update authority.ocsp_answer a set refresh_at = ${new Date(now + 60_000)}
    from (
      select issuer_sha256, serial_hex, hash from authority.ocsp_answer where refresh_at <= ${new Date(now)}
      order by refresh_at limit ${limit} for update skip locked
    ) old
    where a.issuer_sha256 = old.issuer_sha256 and a.serial_hex = old.serial_hex and a.hash = old.hash
    returning a.issuer_sha256, a.serial_hex, a.hash`.execute(db);
  return found.rows.map((row) => ({ issuerSha256: row.issuer_sha256, serialHex: row.serial_hex, hash: row.hash }));
}

export async function dropAnswers(db: Db, issuerSha256: string, serialsHex: readonly string[]): Promise<void> {
  await sql`
    delete from authority.ocsp_answer
    where issuer_sha256 = ${issuerSha256} and serial_hex = any(${[...serialsHex]}::text[])`.execute(db);
}

/** Certificates in force that nobody has an answer about yet, in the order of their numbers. */
export async function unanswered(
  db: Db,
  issuerSha256: string,
  after: string,
  now: number,
  limit: number,
): Promise<{ readonly serialsHex: string[]; readonly last: string | undefined }> {
  const found = await sql<{ serial_hex: string; missing: boolean }>`
    select c.serial_hex, a.there is null as missing
    from (
      select issuer_sha256, serial_hex, state, not_after from authority.certificate
      where issuer_sha256 = ${issuerSha256} and serial_hex > ${after} order by serial_hex limit ${limit}
    ) c left join lateral (
      select true as there from authority.ocsp_answer a
      where a.issuer_sha256 = c.issuer_sha256 and a.serial_hex = c.serial_hex and a.hash = 'SHA-1' limit 1
    ) a on true
    where c.state = 'good' and c.not_after > ${new Date(now)} order by c.serial_hex`.execute(db);
  const last = await sql<{ last: string | null }>`
    select max(serial_hex) as last from (
      select serial_hex from authority.certificate
      where issuer_sha256 = ${issuerSha256} and serial_hex > ${after} order by serial_hex limit ${limit}) c`.execute(db);
  return {
    serialsHex: found.rows.filter((row) => row.missing).map((row) => row.serial_hex),
    last: last.rows[0]?.last ?? undefined,
  };
}
