import type { Sentence } from '@antin/signature/words/catalogue';
import type { ValidationReport } from '@antin/signature/validation/types';

/** What the page tells the worker. The file is a handle, not a copy: nothing is read before the worker asks. */
export interface CheckRequest {
  readonly file: File;
  readonly language: 'vi' | 'en';
}

export type Step = 'read' | 'check' | 'evidence';

/** What the worker tells the page. */
export type CheckMessage =
  | { readonly kind: 'step'; readonly step: Step }
  | {
      readonly kind: 'done';
      readonly report: ValidationReport;
      readonly sentence: Sentence;
      /** The trust list or the evidence could not be had. */
      readonly offline: 'trust' | 'evidence' | undefined;
    }
  | { readonly kind: 'failed'; readonly why: 'empty' | 'not-pdf' | 'format' | 'engine'; readonly code: string };
