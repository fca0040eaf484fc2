import type { CertificateName } from '@antin/protocol/certificates/request';
import type { ConnectorCapabilities, RequestResult } from '@antin/protocol/certificates/result';

/** A consolidated request as it travels. `canonical` is the signed text; `container` what is sent. */
export interface SealedRequest {
  readonly requestId: string;
  readonly canonical: string;
  readonly sha256: string;
  readonly container: Uint8Array;
  readonly mediaType: 'application/vnd.etsi.asic-e+zip' | 'application/json';
  readonly attachments: readonly { readonly sha256: string; readonly bytes: () => Promise<Uint8Array> }[];
}

export type Submitted =
  | { readonly status: 'accepted' }
  /** Stands apart at the issuer until its sender or signature is settled there; ask again, do not send again. */
  | { readonly status: 'quarantined'; readonly code: string; readonly text: string }
  | { readonly status: 'refused'; readonly code: string; readonly text: string }
  /** A person must carry the archive; `sent` when they say that they did. */
  | { readonly status: 'to-carry' };

/** What a result archive holds, read but not yet matched. */
export interface Collected {
  readonly results: readonly { readonly fileName: string; readonly result: RequestResult }[];
  readonly certificates: readonly { readonly fileName: string; readonly der: Uint8Array }[];
  /** Files that are neither. */
  readonly unreadable: readonly { readonly fileName: string; readonly code: string; readonly sha256: string }[];
}

/**
 * One way to an issuer. Everything may be called again: the same request, the same sequence, the same answer; the issuer
 * knows them by (sender's code, request id), and by question id.
 */
export interface IssuerConnector {
  readonly id: string;
  readonly name: string;
  readonly capabilities: ConnectorCapabilities;
  /** SHA-256 of the certificates that seal this issuer's answers when people carry them; any trusted one when left out. */
  readonly sealers?: ReadonlySet<string> | undefined;
  /** @throws {ConnectorFault} `connector.unreachable`: not known whether it arrived; called again until it is known */
  submit(request: SealedRequest): Promise<Submitted>;
  /** The next batch of answers after that sequence number, if there is one. @throws {ConnectorFault} */
  poll(requestId: string, after: number): Promise<RequestResult | undefined>;
  /** Reads what came back as a file. @throws {ConnectorFault} `connector.archive-damaged`, `connector.unsupported` */
  collect(archive: Uint8Array): Collected;
  /** A request of revocations alone, by the quickest way this issuer has. @throws {ConnectorFault} */
  revoke(request: SealedRequest): Promise<Submitted>;
  /** @throws {ConnectorFault} */
  answer(requestId: string, answer: { readonly questionId: string; readonly text: string }): Promise<void>;
  /** What the issuer publishes about a certificate now; `not-reported` when this way cannot tell. */
  status(certificate: CertificateName): Promise<'good' | 'revoked' | 'unknown' | 'not-reported'>;
}

export type ConnectorCode =
  | 'connector.unreachable'
  | 'connector.not-understood'
  | 'connector.archive-damaged'
  | 'connector.archive-unsealed'
  | 'connector.archive-seal-broken'
  | 'connector.unsupported'
  | 'connector.not-permitted';

export class ConnectorFault extends Error {
  override readonly name = 'ConnectorFault';
  readonly code: ConnectorCode;

  constructor(code: ConnectorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
