import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { AuthorityFault } from '../fault.ts';
import { crlUrl } from '../profiles/addresses.ts';
import type { ListName } from './change.ts';
import { checkSchedule } from './schedule.ts';
import type { CrlSchedule } from './schedule.ts';
import { FULL_LIST, MAX_SHARDS } from './shards.ts';

/** A CA generation whose status this authority answers for: also an old one, until its last certificate has expired. */
export interface StatusIssuer {
  readonly issuerSha256: string;
  /** In addresses: `/crl/issuing.crl`, `/ca/issuing.crt`. */
  readonly name: string;
  readonly certificate: Certificate;
  /** How many lists its certificates are spread over, by serial number; 0 = the full list only. */
  readonly shards: number;
  /** Whether expired certificates stay on the full list (expiredCertsOnCRL), so that old signatures can still be judged. */
  readonly expiredStay: boolean;
  readonly schedule: CrlSchedule;
}

export interface NewStatusIssuer extends Omit<StatusIssuer, 'issuerSha256'> {
  readonly baseUrl: string;
}

/** A list that was not built an hour after its issuer came is an alarm. */
const FIRST_BUILD_MS = 3_600_000;

const hash = (algorithm: string, bytes: Uint8Array): Buffer => createHash(algorithm).update(bytes).digest();

/**
 * Makes an issuer known to lists and responders; its lists are due at once, empty ones too. A second call may add shards and
 * change the schedule; certificates keep the shard they were made with, so shards never become fewer.
 *
 * @throws {AuthorityFault} `crl.period-too-long`, `crl.shards`
 */
export async function registerStatusIssuer(db: Db, issuer: NewStatusIssuer, now: number): Promise<void> {
  checkSchedule(issuer.schedule);
  if (!Number.isInteger(issuer.shards) || issuer.shards < 0 || issuer.shards > MAX_SHARDS) {
    throw new AuthorityFault('crl.shards', `an issuer has 0 to ${MAX_SHARDS} shards, not ${issuer.shards}`);
  }
  const { certificate, name, shards, expiredStay, schedule } = issuer;
  const issuerSha256 = hash('sha256', certificate.raw).toString('hex');
  await inTransaction(db, async (tx: Tx) => {
    await sql`
      insert into authority.status_issuer
        (issuer_sha256, name, der, key_sha1, key_sha256, name_sha1, name_sha256, shards, expired_stay, every_ms, valid_ms, added_at)
      values (${issuerSha256}, ${name}, ${Buffer.from(certificate.raw)},
        ${hash('sha1', certificate.publicKey)}, ${hash('sha256', certificate.publicKey)},
        ${hash('sha1', certificate.subject.raw)}, ${hash('sha256', certificate.subject.raw)},
        ${shards}, ${expiredStay}, ${schedule.everyMs}, ${schedule.validMs}, ${new Date(now)})
      on conflict (issuer_sha256) do update
        set shards = greatest(status_issuer.shards, excluded.shards), expired_stay = excluded.expired_stay,
          every_ms = excluded.every_ms, valid_ms = excluded.valid_ms`.execute(tx);
    for (const shard of [FULL_LIST, ...Array.from({ length: shards }, (_, i) => i)]) {
      // The full list has no issuingDistributionPoint: old readers do not know the extension, and it is critical.
      const idp = shard === FULL_LIST ? null : crlUrl({ baseUrl: issuer.baseUrl, issuer: name }, shard);
      await sql`
        insert into authority.crl_list (issuer_sha256, shard, idp, build_at, alarm_at)
        values (${issuerSha256}, ${shard}, ${idp}, ${new Date(now)}, ${new Date(now + FIRST_BUILD_MS)})
        on conflict (issuer_sha256, shard) do nothing`.execute(tx);
    }
  });
}

interface Row {
  issuer_sha256: string;
  name: string;
  der: Uint8Array;
  shards: number;
  expired_stay: boolean;
  every_ms: number;
  valid_ms: number;
}

const issuerOf = (row: Row): StatusIssuer => ({
  issuerSha256: row.issuer_sha256,
  name: row.name,
  certificate: parseCertificate(new Uint8Array(row.der)),
  shards: row.shards,
  expiredStay: row.expired_stay,
  schedule: { everyMs: Number(row.every_ms), validMs: Number(row.valid_ms) },
});

const COLUMNS = sql.raw('issuer_sha256, name, der, shards, expired_stay, every_ms, valid_ms');

export async function issuerBySha256(db: Db, issuerSha256: string): Promise<StatusIssuer | undefined> {
  const found = await sql<Row>`
    select ${COLUMNS} from authority.status_issuer where issuer_sha256 = ${issuerSha256}`.execute(db);
  return found.rows[0] === undefined ? undefined : issuerOf(found.rows[0]);
}

export async function issuerByName(db: Db, name: string): Promise<StatusIssuer | undefined> {
  const found = await sql<Row>`select ${COLUMNS} from authority.status_issuer where name = ${name}`.execute(db);
  return found.rows[0] === undefined ? undefined : issuerOf(found.rows[0]);
}

/**
 * Whose certificates a CertID speaks of. Two generations of one CA may share a name, never a key.
 *
 * @param digest of the CertID; others than these two find nobody
 */
export async function issuerByHashes(
  db: Db,
  digest: 'SHA-1' | 'SHA-256',
  nameHash: Uint8Array,
  keyHash: Uint8Array,
): Promise<StatusIssuer | undefined> {
  const key = Buffer.from(keyHash);
  const name = Buffer.from(nameHash);
  const found =
    digest === 'SHA-1'
      ? await sql<Row>`select ${COLUMNS} from authority.status_issuer where key_sha1 = ${key} and name_sha1 = ${name}`.execute(db)
      : await sql<Row>`select ${COLUMNS} from authority.status_issuer where key_sha256 = ${key} and name_sha256 = ${name}`.execute(
          db,
        );
  return found.rows[0] === undefined ? undefined : issuerOf(found.rows[0]);
}

/** The lists that speak of one certificate: its shard and the full one. */
export async function listsOf(db: Db, issuerSha256: string, serialHex: string): Promise<ListName[]> {
  const found = await sql<{ crl_shard: number | null }>`
    select crl_shard from authority.certificate
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(db);
  const shard = found.rows[0]?.crl_shard ?? undefined;
  return [...(shard === undefined ? [] : [{ issuerSha256, shard }]), { issuerSha256, shard: FULL_LIST }];
}
