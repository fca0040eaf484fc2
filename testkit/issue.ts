import { decodeDer } from '@antin/formats/der/reader';
import type { CryptoDoor, KeyKind, SecretDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import * as build from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';

/** A key with its certificate, for tests of single formats. Whole hierarchies come from the declarative test PKI. */
export interface Holder {
  readonly certificate: Certificate;
  readonly pkcs8: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
}

export interface IssueOptions {
  readonly door: CryptoDoor;
  readonly secrets: SecretDoor;
  readonly kind?: KeyKind;
  readonly commonName: string;
  readonly issuer?: Holder;
  readonly ca?: boolean;
  /** Further ready extensions. */
  readonly extensions?: readonly Uint8Array[];
  readonly serialNumber?: Uint8Array;
}

export const ISSUE_FROM = Date.UTC(2026, 0, 1);
export const ISSUE_TO = Date.UTC(2056, 0, 1);

function defaultAlgorithm(kind: KeyKind): SignatureAlgorithm {
  if (kind === 'ed25519') return { scheme: 'ed25519' };
  return kind.startsWith('rsa') ? { scheme: 'rsa-pkcs1', digest: 'SHA-256' } : { scheme: 'ecdsa', digest: 'SHA-256' };
}

/** Issues one certificate; without an issuer it signs itself. */
export function issue(options: IssueOptions): Holder {
  const { door, secrets, kind = 'p-256' } = options;
  const { pkcs8, spki } = secrets.generateKeyPair(kind);
  const algorithm = defaultAlgorithm(kind);
  const signer = options.issuer ?? { pkcs8, algorithm };
  const subject = buildName([
    ['C', 'VN'],
    ['O', 'Ủy ban nhân dân tỉnh Thử Nghiệm'],
    ['CN', options.commonName],
  ]);
  const keyId = keyIdentifier(door, spki);
  const issuerKeyId = options.issuer?.certificate.subjectKeyIdentifier ?? keyId;
  const identifier = signatureAlgorithmIdentifier(signer.algorithm);
  const tbs = build.buildTbsCertificate({
    serialNumber: options.serialNumber ?? Uint8Array.of(1, ...secrets.random(15)),
    signatureAlgorithm: identifier,
    issuer: options.issuer?.certificate.subject.raw ?? subject,
    notBefore: ISSUE_FROM,
    notAfter: ISSUE_TO,
    subject,
    spki,
    extensions: [
      build.basicConstraints(options.ca === true),
      options.ca === true ? build.keyUsage('keyCertSign', 'cRLSign') : build.keyUsage('digitalSignature', 'nonRepudiation'),
      build.ski(keyId),
      build.aki(issuerKeyId),
      ...(options.extensions ?? []),
    ],
  });
  const raw = build.certificateFrom(tbs, identifier, secrets.sign(signer.pkcs8, signer.algorithm, tbs));
  return { certificate: parseCertificate(raw), pkcs8, algorithm };
}

/** RFC 5280 §4.2.1.2 method 1 over the BIT STRING octets, cut to 160 bits of SHA-256 (RFC 7093 §2). */
export function keyIdentifier(door: CryptoDoor, spki: Uint8Array): Uint8Array {
  const bits = decodeDer(spki).children()[1]?.content.subarray(1) ?? spki;
  return digestOf(door, 'SHA-256', bits).subarray(0, 20);
}
