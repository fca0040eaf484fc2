import { randomBytes } from 'node:crypto';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints, buildTbsCertificate, certificateFrom, keyUsage } from '@antin/pki/x509/build';
import { buildName } from '@antin/pki/x509/name';

/** A key pair with a certificate that only it vouches for: where a test needs a key holder and no PKI. */
export function selfSigned(
  commonName: string,
  kind: KeyKind = 'p-256',
  days = 30,
): { readonly certificate: Uint8Array; readonly pkcs8: Uint8Array; readonly algorithm: SignatureAlgorithm } {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair(kind);
  const algorithm: SignatureAlgorithm = kind.startsWith('rsa')
    ? { scheme: 'rsa-pkcs1', digest: 'SHA-256' }
    : { scheme: 'ecdsa', digest: 'SHA-256' };
  const identifier = signatureAlgorithmIdentifier(algorithm);
  const name = buildName([
    ['C', 'VN'],
    ['CN', commonName],
  ]);
  const now = Math.floor(Date.now() / 1000) * 1000;
  const tbs = buildTbsCertificate({
    serialNumber: Uint8Array.of(0x41, ...randomBytes(8)),
    signatureAlgorithm: identifier,
    issuer: name,
    notBefore: now - 3_600_000,
    notAfter: now + days * 86_400_000,
    subject: name,
    spki,
    extensions: [basicConstraints(false), keyUsage('digitalSignature', 'nonRepudiation')],
  });
  return { certificate: certificateFrom(tbs, identifier, nodeSecrets.sign(pkcs8, algorithm, tbs)), pkcs8, algorithm };
}
