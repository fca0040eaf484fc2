import { toHex } from '@antin/formats/bytes/text-encodings';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { digestOf } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { EvidenceSource } from '@antin/signature/making/evidence';

/**
 * Whom this installation trusts, and where revocation evidence for their certificates comes from.
 *
 * Evidence is asked by issuer and serial number; an address found in a document is never followed (signature-engine.md
 * §2.4, "fetching as a weapon"). An unknown issuer is answered with `undefined`: not fetched.
 */
export interface TrustSource {
  readonly anchors: readonly (TrustAnchor & { readonly label: string; readonly practice: boolean })[];
  /** Intermediate certificates, DER, that help to complete a path. */
  readonly certificates: readonly Uint8Array[];
  evidence(need: {
    readonly kind: 'crl' | 'ocsp';
    readonly issuerSha256: string;
    readonly serialHex: string;
  }): Promise<Uint8Array | undefined>;
}

/** The same source as what raising a signature asks: an OCSP answer, the list only where there is none. */
export function evidenceOf(trust: TrustSource): EvidenceSource {
  return async (certificate, issuer) => {
    if (issuer === undefined) return { certificates: trust.certificates, crls: [], ocsps: [] };
    const issuerSha256 = toHex(digestOf(nodeCrypto, 'SHA-256', issuer.raw));
    const ask = (kind: 'crl' | 'ocsp') => trust.evidence({ kind, issuerSha256, serialHex: certificate.serialHex });
    const ocsp = await ask('ocsp');
    if (ocsp !== undefined) return { certificates: [], crls: [], ocsps: [ocsp] };
    const crl = await ask('crl');
    return { certificates: [], crls: crl === undefined ? [] : [crl], ocsps: [] };
  };
}
