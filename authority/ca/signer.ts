import { equalBytes } from '@antin/formats/bytes/bytes';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { parseCrl } from '@antin/pki/crl/parse';
import { crlFrom } from '@antin/pki/crl/build';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { certificateFrom } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { AuthorityFault } from '../fault.ts';

/** Enough octets to parse a TBS in its frame before the key has been used. */
const NO_SIGNATURE = new Uint8Array(8);

/**
 * One key of the authority with a fixed vocabulary: it signs certificates, lists and answers of its own name, and reads
 * what it is given before it signs, so that a caller gone wrong cannot use it for something else.
 */
export interface CaSigner {
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  /** DER AlgorithmIdentifier. */
  readonly algorithmIdentifier: Uint8Array;
  /** @throws {AuthorityFault} `ca.tbs-refused` */
  signCertificate(tbs: Uint8Array, expect: { readonly ca: boolean }): Uint8Array;
  /** @throws {AuthorityFault} `ca.tbs-refused` */
  signCrl(tbs: Uint8Array): Uint8Array;
  /** OCSP response data and time-stamp attributes: only keys that are no CA's. @throws {AuthorityFault} `ca.tbs-refused` */
  signAnswer(data: Uint8Array): Uint8Array;
}

export function caSigner(certificate: Certificate, pkcs8: Uint8Array, algorithm: SignatureAlgorithm): CaSigner {
  const algorithmIdentifier = signatureAlgorithmIdentifier(algorithm);
  const probe = new TextEncoder().encode('does this key belong to this certificate?');
  const { spki } = certificate;
  const fits = nodeCrypto.verify({ spki, algorithm, data: probe, signature: nodeSecrets.sign(pkcs8, algorithm, probe) });
  if (fits !== 'valid') throw new AuthorityFault('ca.key-mismatch', 'a key file of the authority does not fit its certificate');
  const isCa = certificate.basicConstraints?.ca === true;
  const refuse = (why: string): never => {
    throw new AuthorityFault('ca.tbs-refused', `the key refuses to sign: ${why}`);
  };
  const sign = (data: Uint8Array): Uint8Array => nodeSecrets.sign(pkcs8, algorithm, data);
  return {
    certificate,
    algorithm,
    algorithmIdentifier,
    signCertificate(tbs, expect) {
      const draft = parseCertificate(certificateFrom(tbs, algorithmIdentifier, NO_SIGNATURE));
      if (!isCa) refuse('it is no CA key');
      if (!equalBytes(draft.issuer.raw, certificate.subject.raw)) refuse('the certificate names another issuer');
      if ((draft.basicConstraints?.ca === true) !== expect.ca) refuse('the CA flag is not what was announced');
      if (draft.notAfter > certificate.notAfter) refuse('the certificate would outlive its issuer');
      if (draft.notBefore < certificate.notBefore) refuse('the certificate would begin before its issuer');
      return certificateFrom(tbs, algorithmIdentifier, sign(tbs));
    },
    signCrl(tbs) {
      const draft = parseCrl(crlFrom(tbs, algorithmIdentifier, NO_SIGNATURE));
      if (!isCa) refuse('it is no CA key');
      if (!equalBytes(draft.issuer.raw, certificate.subject.raw)) refuse('the list names another issuer');
      return crlFrom(tbs, algorithmIdentifier, sign(tbs));
    },
    signAnswer(data) {
      if (isCa) refuse('a CA key signs certificates and lists only');
      return sign(data);
    },
  };
}
