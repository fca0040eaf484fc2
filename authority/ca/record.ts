import { createHash } from 'node:crypto';
import type { Db } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { recordExisting } from '../issuance/store.ts';
import { profileHash } from '../profiles/profile.ts';
import type { ProfileName } from '../profiles/profile.ts';
import { PROFILES } from '../profiles/table.ts';
import { registerStatusIssuer } from '../status/issuers.ts';
import type { CrlSchedule } from '../status/schedule.ts';
import type { Generation } from './rules.ts';

export interface Published {
  readonly baseUrl: string;
  readonly schedule: CrlSchedule;
  readonly shards: number;
  readonly expiredStay: boolean;
}

/** A certificate that a ceremony made: it gets its status like every other. A second time changes nothing. */
export async function recordIssued(
  db: Db,
  der: Uint8Array,
  profile: ProfileName,
  issuerSha256: string,
  now: number,
): Promise<void> {
  const certificate = parseCertificate(der);
  const { notBefore, notAfter, serialHex } = certificate;
  const spkiSha256 = createHash('sha256').update(certificate.spki).digest('hex');
  const named = { profile, profileHash: profileHash(PROFILES[profile]), subject: nameText(certificate.subject) };
  await recordExisting(db, { issuerSha256, serialHex, ...named, spkiSha256, notBefore, notAfter, at: now }, der);
}

/**
 * A CA stands in the records like everything it issues, so that a revocation can be written for it, and becomes known to lists
 * and responders. A second time changes nothing.
 */
export async function recordCa(db: Db, generation: Generation, { baseUrl, ...status }: Published, now: number): Promise<void> {
  const { certificate, name, issuerSha256, parentSha256 } = generation;
  await recordIssued(db, certificate.raw, parentSha256 === undefined ? 'root' : 'issuing', parentSha256 ?? issuerSha256, now);
  await registerStatusIssuer(db, { ...status, baseUrl, name, certificate }, now);
}
