import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import type { ApprovalStatement, ShownRequest } from '@antin/protocol/authority/registration';
import type { RevocationStatement } from '@antin/protocol/authority/issued';
import type { SuspensionStatement } from '@antin/protocol/authority/suspensions';
import type { ConsolidatedRequest } from '@antin/protocol/certificates/request';

/** Why what would be signed is not what is shown. */
export interface Mismatch {
  readonly status: 'mismatch';
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** One document as it lies on disk, checked, with what was read in it. */
export type Taken =
  | { readonly status: 'pdf'; readonly path: string; readonly pages: number }
  | { readonly status: 'statement'; readonly path: string; readonly said: Said }
  /** `list`: what the agent itself wrote down of the request, to be read. */
  | {
      readonly status: 'request';
      readonly request: ConsolidatedRequest;
      readonly list: string;
      readonly files: readonly TakenFile[];
    };

export interface TakenFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
}

/** A statement of a kind that is known here, whole: nothing stands in it that was not read. */
export type Said =
  | { readonly type: 'antin.approval'; readonly statement: ApprovalStatement; readonly about: ShownRequest | undefined }
  | { readonly type: 'antin.suspension'; readonly statement: SuspensionStatement }
  | { readonly type: 'antin.revocation'; readonly statement: RevocationStatement };

export interface Words {
  readonly vi: string;
  readonly en: string;
}

export interface SigningCertificate {
  readonly certificate: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
}

/** Where a document comes from: itself, and what belongs to it. */
export interface Origin {
  document(): Promise<AsyncIterable<Uint8Array>>;
  part(part: number): Promise<AsyncIterable<Uint8Array>>;
}

export type Mismatched = (code: string, message: string) => Mismatch;

/** What the checks of one kind of document get. */
export interface Signing extends SigningCertificate {
  readonly digest: DigestAlgorithm;
  readonly signedAttributes: Uint8Array;
  readonly path: string;
  readonly mismatch: Mismatched;
}
