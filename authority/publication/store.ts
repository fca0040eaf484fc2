import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { publicFacts, wordsOf } from './rules.ts';
import type { Search } from './rules.ts';

/** A certificate as anybody may see it. */
export interface PublishedCertificate {
  readonly id: number;
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly fingerprint: string;
  readonly subject: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly revoked: { readonly at: number; readonly reason: number } | undefined;
  readonly downloadable: boolean;
}

/** Takes issued certificates over into what is public. @returns how many there were */
export async function publishIssued(db: Db, limit: number): Promise<number> {
  return inTransaction(db, async (tx) => {
    const found = await sql<{
      issuer_sha256: string;
      serial_hex: string;
      profile: string;
      der: Buffer;
      not_before: Date;
      not_after: Date;
    }>`
      select issuer_sha256, serial_hex, profile, der, not_before, not_after from authority.certificate
      where state = 'good' and unpublished order by issuer_sha256, serial_hex limit ${limit} for update skip locked`.execute(tx);
    for (const row of found.rows) {
      const { subject, words, mails, downloadable } = publicFacts(new Uint8Array(row.der), row.profile);
      const fingerprint = createHash('sha256').update(row.der).digest('hex');
      await sql`
        insert into authority.published
          (issuer_sha256, serial_hex, fingerprint, profile, subject, words, mails, not_before, not_after, downloadable)
        values (${row.issuer_sha256}, ${row.serial_hex}, ${fingerprint}, ${row.profile}, ${subject}, to_tsvector('simple', ${words}),
          ${[...mails]}::text[], ${row.not_before}, ${row.not_after}, ${downloadable})
        on conflict do nothing`.execute(tx);
      await sql`
        update authority.certificate set unpublished = false
        where issuer_sha256 = ${row.issuer_sha256} and serial_hex = ${row.serial_hex}`.execute(tx);
    }
    return found.rows.length;
  });
}

interface Row {
  id: number;
  issuer_sha256: string;
  serial_hex: string;
  fingerprint: string;
  subject: string;
  not_before: Date;
  not_after: Date;
  downloadable: boolean;
  revoked_at: Date | null;
  reason: number | null;
}

/**
 * One page of what fits, by key: a page deep in the list costs what the first one costs.
 *
 * @param page.after `next` of the page before
 */
export async function certificatesPage(
  db: Db,
  search: Search,
  page: { readonly after?: string; readonly limit: number },
): Promise<{ readonly items: PublishedCertificate[]; readonly next: string | undefined }> {
  const after = /^\d{1,15}$/.test(page.after ?? '') ? Number(page.after) : 0;
  const found = await sql<Row>`
    select p.id, p.issuer_sha256, p.serial_hex, p.fingerprint, p.subject, p.not_before, p.not_after, p.downloadable,
      r.revoked_at, r.reason
    from (
      select * from authority.published where ${condition(search)} and id > ${after} order by id limit ${page.limit + 1}
    ) p left join authority.revocation r on r.issuer_sha256 = p.issuer_sha256 and r.serial_hex = p.serial_hex
    order by p.id`.execute(db);
  const items = found.rows.slice(0, page.limit).map((row) => ({
    id: row.id,
    issuerSha256: row.issuer_sha256,
    serialHex: row.serial_hex,
    fingerprint: row.fingerprint,
    subject: row.subject,
    notBefore: row.not_before.getTime(),
    notAfter: row.not_after.getTime(),
    revoked: row.revoked_at === null ? undefined : { at: row.revoked_at.getTime(), reason: row.reason ?? 0 },
    downloadable: row.downloadable,
  }));
  return { items, next: found.rows.length > page.limit ? String(items.at(-1)?.id) : undefined };
}

function condition(search: Search): RawBuilder<unknown> {
  if ('serial' in search) return sql`serial_hex = ${search.serial}`;
  if ('fingerprint' in search) return sql`fingerprint = ${search.fingerprint}`;
  if ('mail' in search) return sql`mails @> array[${search.mail}]::text[]`;
  // Beginnings of words, all of them; only letters and digits are left in them.
  const query = wordsOf(search.words).map((word) => `${word}:*`);
  return sql`words @@ to_tsquery('simple', ${query.join(' & ')})`;
}

/** The certificate itself; undefined when there is none, or when it may not be had. */
export async function downloadable(db: Db, fingerprint: string): Promise<Uint8Array | undefined> {
  const found = await sql<{ der: Buffer }>`
    select c.der from authority.published p
      join authority.certificate c on c.issuer_sha256 = p.issuer_sha256 and c.serial_hex = p.serial_hex
    where p.fingerprint = ${fingerprint} and p.downloadable`.execute(db);
  return found.rows[0]?.der;
}
