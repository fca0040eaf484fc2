import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';

/** Notices to officers; sent by a job, because a revocation waits for nobody. */
export const NOTICE_QUEUE = 'authority.notice';

/** What happened to a certificate by one officer's decision: the others are to know at once. */
export interface Notice {
  /** `certificate.revoked`, `certificate.suspended`, `certificate.suspension-lifted`. */
  readonly kind: string;
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly at: number;
  readonly by?: string;
  readonly requestId?: string;
}

/** Lays a notice where the console shows it. A second call for the same key changes nothing. */
export async function keepNotice(db: Db, key: string, notice: Notice): Promise<void> {
  const { kind, issuerSha256, serialHex, at, ...detail } = notice;
  await sql`
    insert into authority.notice (key, at, kind, issuer_sha256, serial_hex, detail)
    values (${key}, ${new Date(at)}, ${kind}, ${issuerSha256}, ${serialHex}, ${JSON.stringify(detail)}::jsonb)
    on conflict (key) do nothing`.execute(db);
}

/** The newest first, below `before` (an id of the last page). */
export async function newestNotices(
  db: Db,
  page: { readonly before?: number; readonly limit: number },
): Promise<(Notice & { readonly id: number })[]> {
  const found = await sql<{ id: number; at: Date; kind: string; issuer_sha256: string; serial_hex: string; detail: object }>`
    select id, at, kind, issuer_sha256, serial_hex, detail from authority.notice
    where id < ${page.before ?? Number.MAX_SAFE_INTEGER} order by id desc limit ${page.limit}`.execute(db);
  return found.rows.map((row) => ({
    ...row.detail,
    id: row.id,
    kind: row.kind,
    issuerSha256: row.issuer_sha256,
    serialHex: row.serial_hex,
    at: row.at.getTime(),
  }));
}
