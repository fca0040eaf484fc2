import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { SigningKey } from '@antin/signature/making/signer';
import type { EntityDescription, PkiDescription } from './description.ts';

export interface Entity {
  readonly name: string;
  readonly description: EntityDescription;
  readonly issuerName: string;
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  signNow(data: Uint8Array, algorithm?: SignatureAlgorithm): Uint8Array;
  /** PKCS#8 DER, for tests of key containers. */
  readonly pkcs8: Uint8Array;
}

export interface TestPki {
  readonly description: PkiDescription;
  readonly now: number;
  readonly anchors: TrustAnchor[];
  entity(name: string): Entity;
  certificate(name: string): Certificate;
  /** Issuers of `name`, nearest first, without the root. */
  chain(name: string): Certificate[];
  signingKey(name: string, scheme?: SignatureAlgorithm['scheme']): SigningKey;
  /** The CRL of one CA as published at `at`, valid for a week; default the issuing CA. */
  crlAt(at: number, issuer?: string): Uint8Array;
  /** A response of the CA's delegated responder (or of the CA itself) produced at `at`, valid for a day. */
  ocspAt(subject: string | Certificate, at: number, options?: OcspOptions): Uint8Array;
  evidence(at: number): { certificates: Uint8Array[]; crls: Uint8Array[]; ocsps: Uint8Array[] };
  timeStampToken(
    imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array },
    at: number,
    options?: TokenOptions,
  ): Uint8Array;
}

export interface OcspOptions {
  readonly certIdDigest?: DigestAlgorithm;
  readonly nonce?: Uint8Array;
  /** Entity that signs; default the responder the issuer has, else the issuer. */
  readonly responder?: string;
  readonly status?: 'good' | 'revoked' | 'unknown';
}

export interface TokenOptions {
  /** Entity that signs; default `tsa`. */
  readonly tsa?: string;
  readonly nonce?: bigint;
  /** Embed the TSA's certificate and its issuers; default true. */
  readonly certReq?: boolean;
  readonly policy?: string;
  readonly accuracyMs?: number;
  readonly brokenSignature?: boolean;
}
