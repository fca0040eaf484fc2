import type { TrustAnchor } from '@antin/pki/path/validate';

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
