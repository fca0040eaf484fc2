import { hash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { AuthorityFault } from '../fault.ts';
import { recordChange, recordEvent, recordEvents } from '../journal/record.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tables are named with their schema in visible SQL
export type Database = Kysely<any>;

export type CertificateState = 'intended' | 'signing' | 'good' | 'abandoned';

export interface CertificateRow {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly state: CertificateState;
  readonly profile: string;
  readonly subject: string;
  readonly der: Uint8Array | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface Intent {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly profile: string;
  readonly profileSha256: string;
  /** RFC 4514 text. */
  readonly subjectText: string;
  readonly spkiSha256: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** CRL shard, chosen by the serial; undefined = full list only. */
  readonly shard: number | undefined;
  /** The whole certificate as it is meant, under the lint key. */
  readonly lintCertificate: Uint8Array;
  /** What the CA's key is asked to sign. */
  readonly tbs: Uint8Array;
  readonly requestId?: string | undefined;
}

/** An earlier certificate of a public key: whose it was, and whether the key was given up as compromised. */
export interface KeyUse {
  readonly subject: string;
  readonly compromised: boolean;
}

/**
 * Two requests at once must not certify one key for two subjects: whoever asks for a key waits here. In one order
 * everywhere, so that two batches with the same keys wait and do not lock each other out.
 */
export async function lockKeys(tx: Tx, spkiSha256s: readonly string[]): Promise<void> {
  const keys = [...new Set(spkiSha256s)].sort().map((one) => `key ${one}`);
  await sql`
    select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(${keys}::text[]) with ordinality as x(key, place)
    order by place`.execute(tx);
}

/** Rows of many certificates in one statement. */
async function insertRows(tx: Tx, state: 'signing' | 'abandoned', intents: readonly Intent[], at: number): Promise<void> {
  const rows = intents.map((one) => ({
    ...{ issuer_sha256: one.issuerSha256, serial_hex: one.serialHex, profile: one.profile, profile_hash: one.profileSha256 },
    ...{ subject: one.subjectText, spki_sha256: one.spkiSha256, crl_shard: one.shard ?? null },
    ...{ not_before: new Date(one.notBefore).toISOString(), not_after: new Date(one.notAfter).toISOString() },
    ...{ lint: Buffer.from(one.lintCertificate).toString('base64'), request_id: one.requestId ?? null },
  }));
  await sql`
    insert into authority.certificate
      (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at,
        lint_certificate, crl_shard, request_id)
    select issuer_sha256, serial_hex, ${state}, profile, profile_hash, subject, spki_sha256, not_before, not_after,
      ${new Date(at)}::timestamptz, decode(lint, 'base64'), crl_shard, request_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(issuer_sha256 text, serial_hex text, profile text,
      profile_hash text, subject text, spki_sha256 text, not_before timestamptz, not_after timestamptz, lint text,
      crl_shard smallint, request_id text)`.execute(tx);
}

/**
 * Takes serials for ever, each with the whole intended certificate, before any key of a CA is asked. The primary key
 * refuses a serial that was ever drawn for its issuer.
 */
export async function insertIntents(tx: Tx, intents: readonly Intent[], at: number): Promise<void> {
  await insertRows(tx, 'signing', intents, at);
  const events = intents.map(({ issuerSha256, serialHex, profile, profileSha256, spkiSha256, ...one }) => ({
    kind: 'certificate.signing',
    serialHex,
    detail: {
      ...{ issuerSha256, profile, profileSha256, spkiSha256 },
      lintCertificateSha256: hash('sha256', one.lintCertificate),
      // The signer's ledger names it: the record of a use of the key when the row was forgotten with a database.
      tbsSha256: hash('sha256', one.tbs),
      ...(one.requestId === undefined ? {} : { requestId: one.requestId }),
    },
  }));
  await recordEvents(tx, at, events);
}

/** A certificate that the linter stopped: its serial is taken, nothing was signed with it. */
export async function insertStopped(tx: Tx, intent: Intent, at: number, broken: readonly string[]): Promise<void> {
  await insertRows(tx, 'abandoned', [intent], at);
  await recordEvent(tx, at, 'certificate.abandoned', intent.serialHex, { issuerSha256: intent.issuerSha256, lint: broken });
}

/** The finished certificate and its entry in the journal: one statement, also without a transaction around it. */
export async function markGood(
  db: Database,
  { issuerSha256, serialHex }: Pick<Intent, 'issuerSha256' | 'serialHex'>,
  der: Uint8Array,
  at: number,
  detail: object,
): Promise<void> {
  const change = sql`
    update authority.certificate set state = 'good', der = ${Buffer.from(der.buffer, der.byteOffset, der.byteLength)},
      issued_at = ${new Date(at).toISOString()}::timestamptz
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and state = 'signing'`;
  const changed = await recordChange(db, change, at, 'certificate.issued', serialHex, detail);
  // The reconciler may have given this attempt up meanwhile: then the serial is revoked, and nobody gets the certificate.
  if (!changed) throw new AuthorityFault('issuance.given-up', 'the certificate is not being signed any more');
}

/** Closes an attempt; its serial stays taken. */
export async function markAbandoned(db: Database, issuerSha256: string, serialHex: string): Promise<void> {
  await sql`
    update authority.certificate set state = 'abandoned'
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and state in ('intended', 'signing')`.execute(db);
}

export async function unfinished(
  db: Database,
  before: number,
): Promise<{ issuerSha256: string; serialHex: string; state: CertificateState }[]> {
  const found = await sql<{ issuer_sha256: string; serial_hex: string; state: CertificateState }>`
    select issuer_sha256, serial_hex, state from authority.certificate
    where state in ('intended', 'signing') and intended_at < ${new Date(before)}`.execute(db);
  return found.rows.map((row) => ({ issuerSha256: row.issuer_sha256, serialHex: row.serial_hex, state: row.state }));
}

export async function findCertificate(
  db: Database,
  issuerSha256: string,
  serialHex: string,
): Promise<CertificateRow | undefined> {
  const found = await sql<{
    state: CertificateState;
    profile: string;
    subject: string;
    der: Uint8Array | null;
    not_before: Date;
    not_after: Date;
  }>`
    select state, profile, subject, der, not_before, not_after from authority.certificate
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    issuerSha256,
    serialHex,
    state: row.state,
    profile: row.profile,
    subject: row.subject,
    der: row.der === null ? undefined : new Uint8Array(row.der),
    notBefore: row.not_before.getTime(),
    notAfter: row.not_after.getTime(),
  };
}

/** Earlier certificates of each key; those of attempts that came to nothing do not count. */
export async function usesOfKeys(db: Database, spkiSha256s: readonly string[]): Promise<ReadonlyMap<string, readonly KeyUse[]>> {
  const found = await sql<KeyUse & { spki_sha256: string }>`
    select c.spki_sha256, c.subject, coalesce(r.reason = 1, false) as compromised
    from authority.certificate c left join authority.revocation r using (issuer_sha256, serial_hex)
    where c.spki_sha256 = any(${[...spkiSha256s]}::text[]) and c.state <> 'abandoned'`.execute(db);
  return Map.groupBy(found.rows, (row) => row.spki_sha256);
}

export interface Existing {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly profile: string;
  readonly profileHash: string;
  readonly subject: string;
  readonly spkiSha256: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly at: number;
}

/** A certificate that was recorded from outside the pipeline (root and issuing CA, made with their keys). */
export async function recordExisting(db: Database, intent: Existing, der: Uint8Array): Promise<void> {
  await sql`
    insert into authority.certificate
      (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, issued_at, der)
    values (${intent.issuerSha256}, ${intent.serialHex}, 'good', ${intent.profile}, ${intent.profileHash}, ${intent.subject},
      ${intent.spkiSha256}, ${new Date(intent.notBefore)}, ${new Date(intent.notAfter)}, ${new Date(intent.at)}, ${new Date(intent.at)},
      ${Buffer.from(der)})
    on conflict do nothing`.execute(db);
}

/**
 * Runs `work` while no other process of this authority runs such work. The lock lies in the database and ends with its
 * connection, so a crash leaves none behind.
 */
export async function oneAtATime<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return db.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(hashtextextended('authority keys', 0))`.execute(one);
    try {
      return await work();
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended('authority keys', 0))`.execute(one);
    }
  });
}
