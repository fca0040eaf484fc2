import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Evidence } from '@antin/signature/validation/types';
import type { FirstAnswer, Question } from './question.ts';

/** A trust anchor whose certificate is DER: what the engine reads from it does not cross to another thread. */
export type AnchorData = Omit<TrustAnchor, 'certificate'> & { readonly certificate: Uint8Array };

export interface ToThread {
  readonly question: Question;
  /** Left out while they are those of the question before. */
  readonly anchors?: readonly AnchorData[];
  readonly evidence: Evidence;
}

export type FromThread =
  | { readonly ready: true }
  | { readonly answer: FirstAnswer }
  | {
      readonly fault: { readonly code: string | undefined; readonly message: string; readonly stack: string | undefined };
    };
