import { nodeCrypto } from '@antin/adapters/crypto/node';
import { buildPaths } from '@antin/pki/path/build';
import { checkSignature } from '@antin/pki/path/signature-check';
import type { Certificate } from '@antin/pki/x509/certificate';

/**
 * Whether a certificate was issued under one of the trusted ones: every link's signature is verified, so that an authority
 * with a known name and another key is a stranger. Validity and status are the judge's business, not that of the register.
 *
 * @param known intermediate authorities this installation knows besides those that came along
 */
export function issuedUnder(anchors: () => readonly Certificate[], known: () => readonly Certificate[] = () => []) {
  return (certificate: Certificate, chain: readonly Certificate[]): boolean => {
    const trusted = anchors().map((anchor) => ({ certificate: anchor, purposes: ['signer'] as const }));
    const paths = buildPaths(certificate, { anchors: trusted, candidates: [...chain, ...known()], door: nodeCrypto });
    return paths.some((path) =>
      path.every((one, i) => {
        const above = path[i + 1];
        // The generation of 2010 signed its authorities with SHA-1 (domain.md §7.1); a leaf never may.
        return above === undefined || checkSignature(one, above.spki, nodeCrypto, i > 0) === 'valid';
      }),
    );
  };
}
