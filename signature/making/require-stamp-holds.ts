import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import type { CertificatePool } from '../validation/certificates.ts';
import { readTimeStamp } from '../validation/time-stamps.ts';
import type { FoundStamp } from './found-stamp.ts';

/**
 * A time-stamp that was just received, held against what it must be over, and its own signature against its certificate.
 * Whether its authority is trusted is asked when its chain is gathered.
 *
 * @param stamped what it is over, e.g. the signature value
 * @param pool where its certificates go
 * @throws {SignatureFault} `extend.signature-broken`
 */
export function requireStampHolds(token: Uint8Array, stamped: Uint8Array, pool: CertificatePool, door: CryptoDoor): FoundStamp {
  const read = readTimeStamp('signature-time-stamp', token, (digest) => digestOf(door, digest, stamped), pool, door);
  const { cms, certificate, info, imprintMatches, faults } = read;
  const holds = cms?.digestMatches === true && cms.signatureValue === 'valid' && cms.binding.matches !== false;
  if (!holds || !imprintMatches || faults.length > 0 || certificate === undefined || info === null) {
    throw new SignatureFault('extend.signature-broken', 'the time-stamp that was received does not hold');
  }
  return { certificate, genTime: info.genTime };
}
