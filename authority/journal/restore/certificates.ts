import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { checkSignature } from '@antin/pki/path/signature-check';
import { encodeRevokedEntry } from '@antin/pki/crl/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { shardOf } from '../../profiles/addresses.ts';
import { REASONS } from '../../revocation/causes.ts';
import { putRevocation } from '../../revocation/store.ts';
import { announceChange } from '../../status/change.ts';
import { number, text, type Happened, type LeftReason } from './entry.ts';

export type Left = (entry: Happened, reason: LeftReason, about: string) => void;

/** What stands in the place of a name that only a certificate has, until the certificate is put back. */
const UNKNOWN_SUBJECT = '(quên khi khôi phục · forgotten by a restore)';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Serials, certificates and their status: nothing drawn twice, nothing revoked that would be good again.
 *
 * @param signed whether a believed head holds the entry. One that none holds may be a forger's as well as a crash's: it takes serial
 *   numbers and revokes, but makes nothing good by its own word
 */
export async function replayCertificate(tx: Tx, entry: Happened, now: number, left: Left, signed: boolean): Promise<void> {
  const { kind, serialHex, detail } = entry;
  const issuerSha256 = text(detail['issuerSha256']);
  if (serialHex === undefined || issuerSha256 === undefined) return;
  const target = { issuerSha256, serialHex };
  switch (kind) {
    case 'certificate.signing':
      return takeSerial(tx, entry, target, 'signing');
    case 'certificate.issued':
      return putCertificate(tx, entry, target, now, left, signed);
    case 'certificate.abandoned':
      await abandon(tx, entry, target);
      if (detail['maybeSigned'] === true) await revokeMaybeSigned(tx, entry, target, now);
      return;
    case 'certificate.revoked':
    case 'certificate.suspended':
      return revokeAgain(tx, entry, target, now);
    case 'certificate.suspension-lifted':
      if (!signed) return left(entry, 'revoked-meanwhile', serialHex);
      // A hold that was put after the database was set back is another one, and stays.
      await sql`
        delete from authority.revocation
        where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and reason = ${REASONS.certificateHold}
          and recorded_at <= ${new Date(entry.at)}`.execute(tx);
      return announceChange(tx, target, now);
  }
}

interface Target {
  readonly issuerSha256: string;
  readonly serialHex: string;
}

/** The serial is taken for ever. How long it would have been valid only the certificate knows: until its issuer ends. */
async function takeSerial(tx: Tx, { at, detail }: Happened, target: Target, state: 'signing' | 'abandoned'): Promise<void> {
  const { issuerSha256, serialHex } = target;
  const issuer = await sql<{ not_after: Date }>`
    select not_after from authority.certificate where profile in ('root', 'issuing', 'sub-ca') and der is not null
      and encode(sha256(der), 'hex') = ${issuerSha256}`.execute(tx);
  const until = issuer.rows[0]?.not_after ?? new Date(at + 20 * 365 * 86_400_000);
  await sql`
    insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256,
      not_before, not_after, intended_at, crl_shard, request_id)
    values (${issuerSha256}, ${serialHex}, ${state}, ${text(detail['profile']) ?? 'unknown'}, ${text(detail['profileSha256']) ?? ''},
      ${UNKNOWN_SUBJECT}, ${text(detail['spkiSha256']) ?? ''}, ${new Date(at)}, ${until}, ${new Date(at)},
      ${await shard(tx, target)}, ${text(detail['requestId']) ?? null})
    on conflict do nothing`.execute(tx);
}

/** Its serial stays taken, and nothing is signed with it any more. */
async function abandon(tx: Tx, entry: Happened, target: Target): Promise<void> {
  await takeSerial(tx, entry, target, 'abandoned');
  await sql`
    update authority.certificate set state = 'abandoned'
    where issuer_sha256 = ${target.issuerSha256} and serial_hex = ${target.serialHex} and state in ('intended', 'signing')`.execute(
    tx,
  );
}

async function shard(tx: Tx, { issuerSha256, serialHex }: Target): Promise<number | null> {
  const { rows } = await sql<{ shards: number }>`
    select shards from authority.status_issuer where issuer_sha256 = ${issuerSha256}`.execute(tx);
  const shards = rows[0]?.shards ?? 0;
  return shards === 0 ? null : shardOf(fromHex(serialHex), shards);
}

async function putCertificate(tx: Tx, entry: Happened, target: Target, now: number, left: Left, signed: boolean): Promise<void> {
  const { issuerSha256, serialHex } = target;
  const der = entry.certificate;
  // The hash in the signed journal says which bytes are the right ones; the file beside it is nobody's word.
  const own = der !== undefined && sha256(der) === text(entry.detail['certificateSha256']);
  if (!own || !(signed || (await byItsIssuer(tx, target, der)))) {
    await abandon(tx, entry, target);
    // Somebody holds it, and nobody here can show it: better revoked than unknown.
    await put(
      tx,
      target,
      { revokedAt: Math.floor(now / 1000) * 1000, reason: REASONS.cessationOfOperation, recordedAt: now },
      now,
    );
    return left(entry, 'certificate-without-bytes', serialHex);
  }
  await takeSerial(tx, entry, target, 'signing');
  const { subject, notBefore, notAfter } = parseCertificate(der);
  await sql`
    update authority.certificate
    set state = 'good', der = ${Buffer.from(der)}, issued_at = ${new Date(entry.at)}, subject = ${nameText(subject)},
      not_before = ${new Date(notBefore)}, not_after = ${new Date(notAfter)}, spki_sha256 = ${text(entry.detail['spkiSha256']) ?? ''}
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and state <> 'good'`.execute(tx);
  const revoked = await sql`
    select 1 from authority.revocation where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex}`.execute(tx);
  // Closed by the clean-up of a database that did not know that it was finished: published or not, it stays revoked.
  if (revoked.rows.length > 0) left(entry, 'revoked-meanwhile', serialHex);
}

/** Whether the CA itself signed it, with this number. */
async function byItsIssuer(tx: Tx, { issuerSha256, serialHex }: Target, der: Uint8Array): Promise<boolean> {
  const { rows } = await sql<{ der: Buffer }>`
    select der from authority.status_issuer where issuer_sha256 = ${issuerSha256}`.execute(tx);
  const certificate = parseCertificate(der);
  if (rows[0] === undefined || certificate.serialHex !== serialHex) return false;
  return checkSignature(certificate, parseCertificate(rows[0].der).spki, nodeCrypto, false) === 'valid';
}

async function revokeMaybeSigned(tx: Tx, { at }: Happened, target: Target, now: number): Promise<void> {
  const row = { revokedAt: Math.floor(at / 1000) * 1000, reason: REASONS.cessationOfOperation };
  await put(tx, target, { ...row, recordedAt: at }, now);
}

async function revokeAgain(tx: Tx, { at, detail }: Happened, target: Target, now: number): Promise<void> {
  const [revokedAt, reason] = [number(detail['revokedAt']), number(detail['reason'])];
  if (revokedAt === undefined || reason === undefined)
    throw new TypeError(`a revocation of ${target.serialHex} without its moment`);
  const invalidSince = number(detail['invalidSince']);
  const [cause, by] = [text(detail['cause']), text(detail['by'])];
  const more = {
    ...(invalidSince === undefined ? {} : { invalidSince }),
    ...(cause === undefined ? {} : { cause }),
    ...(by === undefined ? {} : { decidedBy: by }),
  };
  await put(tx, target, { revokedAt, reason, recordedAt: at, ...more }, now);
}

/** Nothing that was decided since weakens or is weakened: the stronger of the two stays (as the table itself asks). */
async function put(
  tx: Tx,
  target: Target,
  row: {
    readonly revokedAt: number;
    readonly reason: number;
    readonly recordedAt: number;
    readonly invalidSince?: number;
    readonly cause?: string;
    readonly decidedBy?: string;
  },
  now: number,
): Promise<void> {
  const { rows } = await sql<{ reason: number; revoked_at: Date }>`
    select reason, revoked_at from authority.revocation
    where issuer_sha256 = ${target.issuerSha256} and serial_hex = ${target.serialHex}`.execute(tx);
  const [earlier] = rows;
  const stronger =
    earlier !== undefined &&
    earlier.reason !== REASONS.certificateHold &&
    (row.reason === REASONS.certificateHold || row.revokedAt > earlier.revoked_at.getTime());
  if (stronger) return;
  const { revokedAt, reason, invalidSince } = row;
  const invalidityDate = invalidSince === undefined ? {} : { invalidityDate: invalidSince };
  const entry = encodeRevokedEntry({ serialNumber: fromHex(target.serialHex), revokedAt, reason, ...invalidityDate });
  await putRevocation(tx, { ...target, ...row, entry });
  await announceChange(tx, target, now);
}
