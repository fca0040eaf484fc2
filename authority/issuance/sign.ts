import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { certificateFrom } from '@antin/pki/x509/build';
import { AuthorityFault } from '../fault.ts';
import type { IssuingCa } from './ca.ts';
import type { Draft } from './draft.ts';

/**
 * Redeems a linted draft once: the CA's key signs exactly its TBS, and what comes back is compared octet for octet
 * and verified under the CA's certificate, wherever the key lives: a fault of arithmetic or a swapped key is never published.
 *
 * @returns the finished certificate, DER
 * @param signed told between signature and comparison
 * @throws {AuthorityFault} `issuance.signature-mismatch`, `ca.tbs-refused`, `keys.*`
 */
export async function signDraft(ca: IssuingCa, draft: Draft, signed?: () => void | Promise<void>): Promise<Uint8Array> {
  if (draft.broken.length > 0)
    throw new AuthorityFault('issuance.signature-mismatch', 'a draft that the linter stopped is not signed');
  const value = await ca.key.sign('certificate', draft.tbs);
  if (signed !== undefined) await signed();
  const der = certificateFrom(draft.tbs, ca.algorithmIdentifier, value);
  const { algorithm } = ca.key;
  const answer = nodeCrypto.verify({ spki: ca.certificate.spki, algorithm, data: draft.tbs, signature: value });
  // The TBS stands right behind the header of the outer SEQUENCE.
  const { contentStart } = decodeDer(der);
  if (answer !== 'valid' || !equalBytes(der.subarray(contentStart, contentStart + draft.tbs.length), draft.tbs)) {
    throw new AuthorityFault('issuance.signature-mismatch', 'what came back is not what was meant');
  }
  return der;
}
