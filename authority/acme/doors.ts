import type { Certificate } from '@antin/pki/x509/certificate';
import type { AccountDoors } from '../enrolment/accounts.ts';
import type { CertifyParts } from '../enrolment/certify.ts';
import type { Closed } from '../enrolment/closed.ts';
import type { Refusal } from '../fault.ts';
import type { Nonces } from './nonce.ts';

export interface AcmeDoors extends AccountDoors {
  /** `https://host/authority/acme`, as clients say it. */
  readonly base: string;
  readonly nonces: Nonces;
  readonly certify: CertifyParts;
  /** A certificate and its issuers, nearest first, without the root; DER. */
  readonly chainOf: (der: Uint8Array) => Promise<readonly Uint8Array[]>;
  /** Which of our CAs issued a certificate; undefined for a stranger's. */
  readonly issuerOf: (certificate: Certificate) => Promise<Certificate | undefined>;
  /** Our CAs with this key. */
  readonly issuersByKey: (keyIdentifier: Uint8Array) => Promise<readonly Certificate[]>;
  readonly revoke: (
    issuerSha256: string,
    serialHex: string,
    compromised: boolean,
  ) => Promise<{ readonly status: 'revoked' } | Refusal>;
  /** Told of what went wrong on our side; whoever asked hears only that it did. */
  readonly onFault: (fault: unknown) => void;
}

/** Error types of RFC 8555 §6.7 and RFC 9773 §7. */
export type AcmeError =
  | 'accountDoesNotExist'
  | 'alreadyReplaced'
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
  | 'serverInternal'
  | 'unauthorized'
  | 'unsupportedIdentifier';

export interface AcmeRefusalExtra {
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the problem document: `algorithms` of a bad one. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** A request that is answered with a problem document. */
export class AcmeRefusal extends Error {
  override readonly name = 'AcmeRefusal';
  readonly type: AcmeError;
  readonly httpStatus: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;
  readonly extra: AcmeRefusalExtra;

  constructor(type: AcmeError, detail: string, httpStatus: AcmeRefusal['httpStatus'], extra: AcmeRefusalExtra = {}) {
    super(detail);
    this.type = type;
    this.httpStatus = httpStatus;
    this.extra = extra;
  }
}

/** RFC 8555 §6.7 `serverInternal`: nothing was done, and the same request may come again. */
export function closedNow({ code, seconds, status }: Closed): AcmeRefusal {
  const words = `nothing can be issued just now (${code}); what was asked for stays open`;
  return new AcmeRefusal('serverInternal', words, status, { headers: { 'retry-after': String(seconds) } });
}

/** RFC 8555 §6.6. @param seconds until another try may help */
export function rateLimited(detail: string, seconds: number): AcmeRefusal {
  return new AcmeRefusal('rateLimited', detail, 429, { headers: { 'retry-after': String(seconds) } });
}
