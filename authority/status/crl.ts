import { equalBytes } from '@antin/formats/bytes/bytes';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { generalizedTime } from '@antin/formats/der/writer';
import { OID } from '@antin/pki/oids';
import { buildTbsCertList, crlFrom } from '@antin/pki/crl/build';
import { parseCrl } from '@antin/pki/crl/parse';
import { checkSignature } from '@antin/pki/path/signature-check';
import { extension } from '@antin/pki/x509/build';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { AuthorityFault } from '../fault.ts';
import { fingerprint } from '../issuance/issue.ts';
import { recordEvent } from '../journal/record.ts';
import type { Database } from '../issuance/store.ts';
import { lastRecorded, revokedEntries } from '../revocation/store.ts';
import { lockCrls, newestCrl, putCrl } from './store.ts';
import type { StoredCrl } from './store.ts';

export interface CrlSchedule {
  /** A list older than this is built anew, also when nobody was revoked: lists lapse otherwise. */
  readonly everyMs: number;
  /** From thisUpdate to nextUpdate; well above `everyMs`, so that one missed build is no outage. */
  readonly validMs: number;
}

const HOUR = 3_600_000;
export const ISSUING_SCHEDULE: CrlSchedule = { everyMs: 6 * HOUR, validMs: 72 * HOUR };
export const ROOT_SCHEDULE: CrlSchedule = { everyMs: 30 * 24 * HOUR, validMs: 180 * 24 * HOUR };

/** Builds the list when it is due: none yet, too old, or something was recorded since. */
export async function publishIfDue(db: Database, ca: CertifiedKey, schedule: CrlSchedule, now: number): Promise<StoredCrl> {
  const issuerSha256 = fingerprint(ca.certificate);
  return db.transaction().execute(async (tx) => {
    await lockCrls(tx, issuerSha256);
    const last = await newestCrl(tx, issuerSha256);
    const due =
      last === undefined ||
      now - last.thisUpdate >= schedule.everyMs ||
      (await lastRecorded(tx, issuerSha256)) >= last.thisUpdate;
    return due ? publish(tx, ca, issuerSha256, last, schedule, now) : last;
  });
}

/**
 * One full list without issuingDistributionPoint: older readers do not understand that one. Expired certificates stay on
 * it and it says so (expiredCertsOnCRL), so that old signatures can still be judged.
 */
async function publish(
  tx: Database,
  ca: CertifiedKey,
  issuerSha256: string,
  last: StoredCrl | undefined,
  schedule: CrlSchedule,
  now: number,
): Promise<StoredCrl> {
  const entries = await revokedEntries(tx, issuerSha256);
  // Time-based and strictly greater, whatever the clock did in between.
  const number = Math.max(now, (last?.number ?? 0) + 1);
  const thisUpdate = Math.floor(now / 1000) * 1000;
  const nextUpdate = thisUpdate + schedule.validMs;
  const keyIdentifier = ca.certificate.subjectKeyIdentifier as Uint8Array;
  const tbs = buildTbsCertList({
    signatureAlgorithm: ca.algorithmIdentifier,
    issuer: ca.certificate.subject.raw,
    thisUpdate,
    nextUpdate,
    crlNumber: number,
    authorityKeyIdentifier: keyIdentifier,
    entries,
    extraExtensions: [extension(OID.expiredCertsOnCRL, false, generalizedTime(ca.certificate.notBefore))],
  });
  const der = crlFrom(tbs, ca.algorithmIdentifier, await ca.key.sign('crl', tbs));
  const parsed = parseCrl(der);
  const right =
    parsed.entryCount === entries.length &&
    parsed.crlNumber === BigInt(number) &&
    equalBytes(parsed.tbs, tbs) &&
    checkSignature(parsed, ca.certificate.spki, nodeCrypto, false) === 'valid';
  if (!right) throw new AuthorityFault('ca.tbs-refused', 'the list that came back is not the list that was meant');
  const crl = { number, thisUpdate, nextUpdate, der };
  await putCrl(tx, issuerSha256, { ...crl, entries: entries.length });
  await recordEvent(tx, now, 'crl.published', undefined, { issuerSha256, number, entries: entries.length });
  return crl;
}
