import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { checkSignature } from '@antin/pki/path/signature-check';
import { encodeRevokedEntry } from '@antin/pki/crl/build';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
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
 * Serials and certificates of a whole batch, in three statements: what stands in rows of their own needs no order among them, and a
 * row of each serial stands there before anything else is said of it.
 *
 * @param signed whether a believed head holds the entry. One that none holds may be a forger's as well as a crash's: it takes serial
 *   numbers and revokes, but makes nothing good by its own word
 */
export async function takeSerials(
  tx: Tx,
  batch: readonly Happened[],
  issuers: Issuers,
  now: number,
  left: Left,
  signed: (entry: Happened) => boolean,
): Promise<void> {
  const about = batch.flatMap((entry) => {
    const target = targetOf(entry);
    return target !== undefined && TAKES_SERIAL.has(entry.kind) ? [{ entry, target }] : [];
  });
  if (about.length === 0) return;
  await insertSerials(tx, about, issuers);
  const [good, lost]: [Issued[], Issued[]] = [[], []];
  for (const { entry, target } of about) {
    if (entry.kind !== 'certificate.issued') continue;
    const der = entry.certificate;
    // The hash in the signed journal says which bytes are the right ones; the file beside it is nobody's word.
    const own = der !== undefined && sha256(der) === text(entry.detail['certificateSha256']);
    const believed = own && (signed(entry) || byItsIssuer(issuers, target, der));
    (believed ? good : lost).push({ entry, target, der: der ?? new Uint8Array() });
  }
  await putCertificates(tx, good);
  // Closed by the clean-up of a database that did not know that it was finished: published or not, it stays revoked.
  for (const { entry, target } of await alreadyRevoked(tx, good)) left(entry, 'revoked-meanwhile', target.serialHex);
  for (const { entry, target } of lost) {
    await abandon(tx, target);
    // Somebody holds it, and nobody here can show it: better revoked than unknown.
    const row = { revokedAt: Math.floor(now / 1000) * 1000, reason: REASONS.cessationOfOperation, recordedAt: now };
    await put(tx, target, row, now);
    left(entry, 'certificate-without-bytes', target.serialHex);
  }
}

const TAKES_SERIAL: ReadonlySet<string> = new Set(['certificate.signing', 'certificate.issued', 'certificate.abandoned']);

/** What is said of a certificate after its serial was taken: nothing revoked that would be good again. */
export async function replayCertificate(tx: Tx, entry: Happened, now: number, left: Left, signed: boolean): Promise<void> {
  const target = targetOf(entry);
  if (target === undefined) return;
  const { issuerSha256, serialHex } = target;
  switch (entry.kind) {
    case 'certificate.abandoned':
      await abandon(tx, target);
      if (entry.detail['maybeSigned'] === true) await revokeMaybeSigned(tx, entry, target, now);
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

interface Issued {
  readonly entry: Happened;
  readonly target: Target;
  readonly der: Uint8Array;
}

function targetOf({ serialHex, detail }: Happened): Target | undefined {
  const issuerSha256 = text(detail['issuerSha256']);
  return serialHex === undefined || issuerSha256 === undefined ? undefined : { issuerSha256, serialHex };
}

/** CA generations that the restored database answers for; asked once, not for each of their certificates. */
export interface Issuers extends ReadonlyMap<string, { readonly certificate: Certificate; readonly shards: number }> {}

export async function issuersOf(tx: Tx): Promise<Issuers> {
  const { rows } = await sql<{ issuer: string; shards: number; der: Buffer }>`
    select issuer_sha256 as issuer, shards, der from authority.status_issuer`.execute(tx);
  return new Map(rows.map(({ issuer, shards, der }) => [issuer, { certificate: parseCertificate(new Uint8Array(der)), shards }]));
}

/** A serial is taken for ever. How long it would have been valid only the certificate knows: until its issuer ends. */
async function insertSerials(tx: Tx, about: readonly { readonly entry: Happened; readonly target: Target }[], issuers: Issuers) {
  const rows = about.map(({ entry: { at, detail }, target: { issuerSha256, serialHex } }) => {
    const issuer = issuers.get(issuerSha256);
    const shards = issuer?.shards ?? 0;
    const until = issuer?.certificate.notAfter ?? at + 20 * 365 * 86_400_000;
    return {
      ...{ issuer: issuerSha256, serial: serialHex, profile: text(detail['profile']) ?? 'unknown' },
      ...{ hash: text(detail['profileSha256']) ?? '', spki: text(detail['spkiSha256']) ?? '' },
      ...{ at: new Date(at).toISOString(), until: new Date(until).toISOString(), request: text(detail['requestId']) ?? null },
      shard: shards === 0 ? null : shardOf(fromHex(serialHex), shards),
    };
  });
  await sql`
    insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256,
      not_before, not_after, intended_at, crl_shard, request_id)
    select issuer, serial, 'signing', profile, hash, ${UNKNOWN_SUBJECT}, spki, at, until, at, shard, request
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(issuer text, serial text, profile text, hash text, spki text,
      at timestamptz, until timestamptz, shard smallint, request text)
    on conflict do nothing`.execute(tx);
}

/** Its serial stays taken, and nothing is signed with it any more. */
async function abandon(tx: Tx, { issuerSha256, serialHex }: Target): Promise<void> {
  await sql`
    update authority.certificate set state = 'abandoned'
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and state in ('intended', 'signing')`.execute(tx);
}

async function putCertificates(tx: Tx, issued: readonly Issued[]): Promise<void> {
  if (issued.length === 0) return;
  const rows = issued.map(({ entry, target, der }) => {
    const { subject, notBefore, notAfter } = parseCertificate(der);
    return {
      ...{ issuer: target.issuerSha256, serial: target.serialHex, der: Buffer.from(der).toString('base64') },
      ...{ at: new Date(entry.at).toISOString(), subject: nameText(subject), spki: text(entry.detail['spkiSha256']) ?? '' },
      ...{ from: new Date(notBefore).toISOString(), until: new Date(notAfter).toISOString() },
    };
  });
  await sql`
    update authority.certificate c
    set state = 'good', der = decode(x.der, 'base64'), issued_at = x.at, subject = x.subject, not_before = x."from",
      not_after = x.until, spki_sha256 = x.spki
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(issuer text, serial text, der text, at timestamptz, subject text,
      spki text, "from" timestamptz, until timestamptz)
    where c.issuer_sha256 = x.issuer and c.serial_hex = x.serial and c.state <> 'good'`.execute(tx);
}

async function alreadyRevoked(tx: Tx, issued: readonly Issued[]): Promise<Issued[]> {
  if (issued.length === 0) return [];
  const { rows } = await sql<{ issuer: string; serial: string }>`
    select issuer_sha256 as issuer, serial_hex as serial from authority.revocation
    where (issuer_sha256, serial_hex) in (
      select * from unnest(${issued.map((one) => one.target.issuerSha256)}::text[], ${issued.map((one) => one.target.serialHex)}::text[]))`.execute(
    tx,
  );
  const revoked = new Set(rows.map(({ issuer, serial }) => `${issuer} ${serial}`));
  return issued.filter(({ target }) => revoked.has(`${target.issuerSha256} ${target.serialHex}`));
}

/** Whether the CA itself signed it, with this number. */
function byItsIssuer(issuers: Issuers, { issuerSha256, serialHex }: Target, der: Uint8Array): boolean {
  const issuer = issuers.get(issuerSha256);
  const certificate = parseCertificate(der);
  if (issuer === undefined || certificate.serialHex !== serialHex) return false;
  return checkSignature(certificate, issuer.certificate.spki, nodeCrypto, false) === 'valid';
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
