import type { ByteSource, Inflate } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import type { PdfRevision } from './revision.ts';

export interface Leniency {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
}

export interface PdfFile {
  readonly source: ByteSource;
  /** From the header, overridden by a later `/Version` of the last catalog (§7.5.2). */
  readonly version: string;
  /** Oldest first; a linearised original is one revision. */
  readonly revisions: readonly PdfRevision[];
  readonly last: PdfRevision;
  /** Empty in strict mode. A file that needed one is never judged as passed. */
  readonly leniencies: readonly Leniency[];
  /** Always false: encrypted files are refused with `pdf.encrypted`. */
  readonly encrypted: boolean;
}

export interface OpenPdfOptions {
  readonly inflate: Inflate;
  readonly mode: 'strict' | 'tolerant';
  readonly budget?: Partial<PdfBudget>;
}

/** Being written. */
export function openPdf(source: ByteSource, options: OpenPdfOptions): PdfFile {
  throw new FormatFault('pdf.not-implemented', `${source.size} ${options.mode}`);
}
