import { nodeSecrets } from '@antin/adapters/crypto/node';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { aki, buildTbsCertificate, certificateFrom, extKeyUsage, ski } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { CA_USES, certifiedKey } from '../keys/signing-key.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { softwareKey } from '../keys/software-key.ts';

export const NOW = Date.parse('2026-03-02T02:00:00Z');
export const ECDSA = { scheme: 'ecdsa', digest: 'SHA-256' } as const;

/** A P-256 key in memory under a certificate of its own making. */
export function made(name: string, purpose?: string): CertifiedKey & { readonly pkcs8: Uint8Array } {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair('p-256');
  const identifier = signatureAlgorithmIdentifier(ECDSA);
  const keyIdentifier = nodeSecrets.digest('SHA-1', spki);
  const tbs = buildTbsCertificate({
    serialNumber: nodeSecrets.random(16).map((octet, i) => (i === 0 ? 0x41 : octet)),
    signatureAlgorithm: identifier,
    issuer: buildName([['CN', name]]),
    notBefore: NOW - 86_400_000,
    notAfter: NOW + 3650 * 86_400_000,
    subject: buildName([['CN', name]]),
    spki,
    extensions: [aki(keyIdentifier), ski(keyIdentifier), ...(purpose === undefined ? [] : [extKeyUsage(purpose)])],
  });
  const certificate = parseCertificate(certificateFrom(tbs, identifier, nodeSecrets.sign(pkcs8, ECDSA, tbs)));
  const key = softwareKey({ pkcs8, spki, algorithm: ECDSA, uses: [...CA_USES, 'ocsp', 'tsp'] });
  return { ...certifiedKey(certificate, key), pkcs8 };
}
