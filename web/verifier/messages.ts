import type { Sentence } from '@antin/signature/words/catalogue';
import type { DetailedReport } from '@antin/signature/validation/reports';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Piece } from './material.ts';

/** What the page tells the worker. Files are handles, not copies: nothing is read before the worker asks. */
export interface CheckRequest {
  readonly file: File;
  /** What the file's signatures are over, where they do not carry it. */
  readonly data: readonly File[];
  readonly language: 'vi' | 'en';
}

export type Step = 'read' | 'xml' | 'check' | 'evidence';

/** The longer reports and what they rest on. */
export interface Expert {
  readonly detailed: DetailedReport;
  /** JSON */
  readonly diagnostic: string;
  /** TS 119 102-2, XML; none for an unsigned file. */
  readonly etsi: string | undefined;
  readonly pieces: readonly Piece[];
}

export type Failure = 'empty' | 'unsupported' | 'format' | 'engine';

/** What the worker tells the page. */
export type CheckMessage =
  | { readonly kind: 'step'; readonly step: Step }
  | {
      readonly kind: 'done';
      readonly report: ValidationReport;
      readonly sentence: Sentence;
      readonly expert: Expert;
      /** The trust list or the evidence could not be had. */
      readonly offline: 'trust' | 'evidence' | undefined;
      /** Milliseconds in the engine, without the network. */
      readonly spentMs: number;
    }
  | { readonly kind: 'failed'; readonly why: Failure; readonly code: string };
