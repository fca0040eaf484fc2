import { createHash } from 'node:crypto';
import type { Db } from '@antin/adapters/db/transaction';
import { nameText } from '@antin/pki/x509/name';
import { recordExisting } from '../issuance/store.ts';
import { profileHash } from '../profiles/profile.ts';
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

/**
 * A CA stands in the records like everything it issues, so that a revocation can be written for it, and becomes known to lists
 * and responders. A second time changes nothing.
 */
export async function recordCa(db: Db, generation: Generation, { baseUrl, ...status }: Published, now: number): Promise<void> {
  const { certificate, name, issuerSha256, parentSha256 } = generation;
  const profile = parentSha256 === undefined ? PROFILES.root : PROFILES.issuing;
  await recordExisting(
    db,
    {
      issuerSha256: parentSha256 ?? issuerSha256,
      serialHex: certificate.serialHex,
      profile: profile.name,
      profileHash: profileHash(profile),
      subject: nameText(certificate.subject),
      spkiSha256: createHash('sha256').update(certificate.spki).digest('hex'),
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      at: now,
    },
    certificate.raw,
  );
  await registerStatusIssuer(db, { ...status, baseUrl, name, certificate }, now);
}
