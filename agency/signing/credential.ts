import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { algorithmOfKey } from '@antin/adapters/p12/key-algorithm';
import type { UsableCredential } from '@antin/adapters/devices/jobs';
import { bindingBySha256 } from '../directory/store.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Caller } from '../session/caller.ts';
import type { SigningDoors } from './doors.ts';

export interface CheckedCredential {
  readonly id: string;
  readonly deviceId: string;
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  readonly chain: readonly Uint8Array[];
  /** `not-checked`: no CRL and no OCSP could be had; recorded as a warning (Circular 15/2025 Annex II). */
  readonly revocation: 'good' | 'not-checked';
}

/**
 * Certificate before signing (Decree 68/2024 Art. 29): a key of the caller on a paired device, bound in the directory to
 * this person or this agency by issuer and serial number, within its validity, not revoked.
 *
 * Asks the network, so call it outside a transaction.
 *
 * @throws {Refusal} `sign.credential-not-usable`, `sign.credential-not-yours`, `sign.certificate-expired`,
 *   `sign.certificate-revoked`, `sign.key-type-unsupported`
 */
export async function checkCredential(
  doors: Pick<SigningDoors, 'db' | 'clock' | 'jobs' | 'statusOf' | 'chainOf'>,
  caller: Caller,
  credentialId: string,
  kind: 'person' | 'organisation',
): Promise<CheckedCredential> {
  const { db } = doors;
  const usable = await doors.jobs.credentialsFor(db, { personId: caller.personId, positionId: caller.position.id, kind });
  // The same certificate may be announced by two devices: the one that listens.
  const found: UsableCredential | undefined = usable.find((one) => one.id === credentialId);
  if (found === undefined) throw new Refusal('sign.credential-not-usable');
  const binding = await bindingBySha256(db, credentialId);
  const yours = kind === 'person' ? binding?.personId === caller.personId : binding?.agencyId === caller.position.agencyId;
  if (binding === undefined || !yours) throw new Refusal('sign.credential-not-yours');
  const certificate = parseCertificate(binding.der);
  const now = doors.clock().getTime();
  if (now < certificate.notBefore || now > certificate.notAfter) throw new Refusal('sign.certificate-expired');
  const algorithm = algorithmOfKey(certificate);
  if (algorithm === undefined) throw new Refusal('sign.key-type-unsupported');
  const status = await doors.statusOf(binding.der).catch(() => 'unknown' as const);
  if (status === 'revoked') throw new Refusal('sign.certificate-revoked');
  return {
    id: credentialId,
    deviceId: found.deviceId,
    certificate,
    algorithm,
    chain: await doors.chainOf(binding.der),
    revocation: status === 'good' ? 'good' : 'not-checked',
  };
}
