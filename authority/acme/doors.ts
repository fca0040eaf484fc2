import type { Certificate } from '@antin/pki/x509/certificate';
import type { AccountDoors } from '../enrolment/accounts.ts';
import type { CertifyParts } from '../enrolment/certify.ts';
import type { Refusal } from '../fault.ts';
import type { Nonces } from './nonce.ts';

export interface AcmeDoors extends AccountDoors {
  /** `https://host/authority/acme`, as clients say it. */
  readonly base: string;
  readonly nonces: Nonces;
  readonly certify: CertifyParts;
  /** Issuers of devices' certificates, nearest first, without the root. */
  readonly intermediates: () => Promise<readonly Uint8Array[]>;
  /** Which of our CAs issued a certificate; undefined for a stranger's. */
  readonly issuerOf: (certificate: Certificate) => Promise<Certificate | undefined>;
  readonly revoke: (
    issuerSha256: string,
    serialHex: string,
    compromised: boolean,
  ) => Promise<{ readonly status: 'revoked' } | Refusal>;
}

/** Error types of RFC 8555 §6.7. */
export type AcmeError =
  | 'accountDoesNotExist'
  | 'alreadyRevoked'
  | 'badCSR'
  | 'badNonce'
  | 'badPublicKey'
  | 'badRevocationReason'
  | 'badSignatureAlgorithm'
  | 'externalAccountRequired'
  | 'malformed'
  | 'orderNotReady'
  | 'rateLimited'
  | 'rejectedIdentifier'
  | 'unauthorized';

/** A request that is answered with a problem document. */
export class AcmeRefusal extends Error {
  override readonly name = 'AcmeRefusal';
  readonly type: AcmeError;
  readonly httpStatus: 400 | 401 | 403 | 404 | 413 | 429;

  constructor(type: AcmeError, detail: string, httpStatus: AcmeRefusal['httpStatus']) {
    super(detail);
    this.type = type;
    this.httpStatus = httpStatus;
  }
}
