import type { PdfFile } from '@antin/formats/pdf/file';
import { isArray, isInteger, isString } from '@antin/formats/pdf/objects';
import type { PdfDict } from '@antin/formats/pdf/objects';
import type { Finding } from '../types.ts';

/** What a signature dictionary covers; `faults` empty means: everything up to a revision's end except its own /Contents. */
export interface CoverageFacts {
  readonly ranges: readonly [number, number, number, number] | null;
  /** Index of the revision whose end the ranges reach, or -1. */
  readonly revision: number;
  readonly coverage: 'file' | 'revision' | 'broken';
  readonly faults: readonly Finding[];
}

const CLAUSE = 'ISO 32000-2 12.8.1';

/**
 * Holds /ByteRange against the file.
 *
 * Stops universal forgery (missing, negative, empty ranges), signature wrapping (a gap wider than the one /Contents
 * string of this very dictionary) and incremental saving that claims an end where no revision ends.
 */
export function readCoverage(file: PdfFile, dict: PdfDict): CoverageFacts {
  const broken = (code: string, message: string, offset?: number): CoverageFacts => ({
    ranges: null,
    revision: -1,
    coverage: 'broken',
    faults: [{ code, clause: CLAUSE, message, ...(offset === undefined ? {} : { offset }) }],
  });
  const contents = dict.entries.get('Contents');
  if (!isString(contents)) return broken('pdf.contents-missing', '/Contents is not a string written in the dictionary itself');
  if (contents.bytes.length === 0) return broken('pdf.contents-empty', '/Contents is empty', contents.start);
  const value = dict.entries.get('ByteRange');
  if (value === undefined) return broken('pdf.byte-range-missing', '/ByteRange is missing');
  if (!isArray(value) || value.items.length !== 4 || !value.items.every(isInteger)) {
    return broken('pdf.byte-range-malformed', '/ByteRange is not an array of four integers written in the dictionary itself');
  }
  const [a, b, c, d] = value.items as [number, number, number, number];
  const size = file.source.size;
  if (a !== 0 || b <= 0 || d <= 0 || c <= b || c + d > size) {
    return broken('pdf.byte-range-malformed', `/ByteRange [${a} ${b} ${c} ${d}] does not describe a file of ${size} bytes`);
  }
  const faults: Finding[] = [];
  if (!contents.hex) {
    faults.push({ code: 'pdf.contents-not-hex', clause: CLAUSE, message: '/Contents is not a hexadecimal string', offset: b });
  }
  if (contents.start !== b || contents.end !== c) {
    faults.push({
      code: 'pdf.gap-not-contents',
      clause: CLAUSE,
      message: `the unsigned gap ${b}..${c} is not the /Contents string of this dictionary (${contents.start ?? '?'}..${contents.end ?? '?'})`,
      offset: b,
    });
  }
  const end = c + d;
  const revision = file.revisions.findIndex((r) => end >= r.eof && end <= r.end);
  if (revision < 0) {
    faults.push({
      code: 'pdf.range-ends-inside-revision',
      clause: CLAUSE,
      message: `the signed bytes end at ${end}, where no revision of the file ends`,
      offset: end,
    });
  }
  const coverage = faults.length > 0 ? 'broken' : revision === file.revisions.length - 1 ? 'file' : 'revision';
  return { ranges: [a, b, c, d], revision, coverage, faults };
}
