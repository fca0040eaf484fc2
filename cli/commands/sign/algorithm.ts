import { algorithmOfKey } from '@antin/adapters/p12/key-algorithm';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignFault } from './fault.ts';

/**
 * What the key signs with: as its kind suggests, with the digest and the padding that were asked for. Whether that may be made
 * at all is the policy's affair.
 *
 * @returns undefined for a kind of key this installation does not sign with
 * @throws {SignFault} `sign.pss-needs-rsa`
 */
export function algorithmFor(
  { digest, pss }: { readonly digest: DigestAlgorithm | undefined; readonly pss: boolean },
  certificate: Certificate,
): SignatureAlgorithm | undefined {
  const usual = algorithmOfKey(certificate);
  if (usual === undefined) return undefined;
  const rsa = usual.scheme === 'rsa-pkcs1' || usual.scheme === 'rsa-pss';
  if (pss && !rsa) throw new SignFault('sign.pss-needs-rsa', `--pss is for RSA keys; this one is ${nameOf(certificate)}`);
  // Ed25519 brings its own digest; the one asked for is then that of the data objects.
  if (usual.scheme === 'ed25519') return usual;
  const chosen = digest ?? usual.digest;
  if (pss || usual.scheme === 'rsa-pss') {
    return { scheme: 'rsa-pss', digest: chosen, mgfDigest: chosen, saltLength: DIGEST_LENGTH[chosen] };
  }
  return { ...usual, digest: chosen };
}

function nameOf({ publicKeyAlgorithm }: Certificate): string {
  return publicKeyAlgorithm.oid === OID.ed25519 ? 'Ed25519' : 'an elliptic curve';
}
