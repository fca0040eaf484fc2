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
