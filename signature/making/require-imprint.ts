import { equalBytes } from '@antin/formats/bytes/bytes';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { SignatureFault } from '../fault.ts';

/**
 * A token over something else would make the signature worse than none: judges would report a broken time-stamp.
 *
 * @param imprint digest of what the token must be over
 * @throws {SignatureFault} `signature.time-stamp-mismatch`
 */
export function requireImprint(token: Uint8Array, imprint: (digest: DigestAlgorithm) => Uint8Array): void {
  const { digest, hash } = parseTimeStampToken(token).info.messageImprint;
  if (digest === undefined || !equalBytes(hash, imprint(digest))) {
    throw new SignatureFault('signature.time-stamp-mismatch', 'the time-stamp is over something else');
  }
}
