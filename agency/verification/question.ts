import type { Language } from '@antin/protocol/basics';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { KnownDigest } from '@antin/signature/known-by-digest';
import type { ValidationPolicy } from '@antin/signature/validation/policy';
import type { Evidence, ValidationReport } from '@antin/signature/validation/types';
import type { Wanted } from '@antin/signature/validation/with-sources';

/** Bytes to be judged, as another thread can have them: a part of a file that stays open until the answer is there, or few bytes. */
export type FileRef =
  | { readonly descriptor: number; readonly start: number; readonly size: number }
  | { readonly bytes: Uint8Array }
  /** Data of which only digests are known. */
  | { readonly digests: readonly KnownDigest[] };

export interface NamedFile {
  readonly name: string;
  readonly file: FileRef;
}

/** Which form of the report is wanted beside the report itself. */
export type Form = 'simple' | 'detailed' | 'diagnostic' | 'etsi' | 'pdf';

/** One file to be judged, as data: it crosses to the thread that judges. */
export interface Question extends NamedFile {
  /** What a signature that stands alone is over. */
  readonly data: readonly NamedFile[];
  /**
   * `brought`: somebody says that the signature is over all of `data`, and one file is it whatever its name. `around`: what came
   * together with the file, of which the signature is over what it names, or what its file is named after.
   */
  readonly relation: 'brought' | 'around';
  /** ms since 1970. */
  readonly at: number;
  /** The default for Vietnam when left out. */
  readonly policy?: ValidationPolicy;
  readonly form?: Form;
  readonly language?: Language;
  /** Of a printed report: it says whether a seal will be under it. */
  readonly sealed?: boolean;
}

export type Answer =
  | {
      readonly status: 'judged';
      readonly report: ValidationReport;
      /** In the form that was asked for; undefined where there is none of it for this file. */
      readonly text?: string | undefined;
      readonly pdf?: Uint8Array;
      /** Positions in `data` of what the signatures are over. */
      readonly over: readonly number[];
    }
  /** Of no format that carries signatures. */
  | { readonly status: 'no-format' }
  /** It would have cost more than a file may cost: nothing is known about it. */
  | { readonly status: 'stopped'; readonly code: 'verify.time-over' | 'verify.memory-over' };

/** An answer from what is at hand, with what would help: by issuer and serial number only. */
export type FirstAnswer =
  (Extract<Answer, { status: 'judged' }> & { readonly needs: readonly Wanted[] }) | Exclude<Answer, { status: 'judged' }>;

/** Where judging happens: this thread, or others. */
export type Ask = (question: Question, anchors: readonly TrustAnchor[], evidence: Evidence) => Promise<FirstAnswer>;
