import { FormatFault } from '@antin/formats/fault';
import type { PdfFile } from '@antin/formats/pdf/file';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { JudgedChange } from '../facts.ts';
import { LimitReached } from '../limits.ts';
import type { ValidationPolicy } from '../policy.ts';
import { compareTrailer } from './compare-catalog.ts';
import { compareForm } from './compare-form.ts';
import { comparePages } from './compare-pages.ts';
import { limitWork } from './semantic.ts';
import { Step } from './step.ts';
import { PageLookup } from './widgets.ts';

/**
 * What each update after the first signed revision did, judged object by object; `result[i]` is the step from revision
 * `first + i` to the next. Computed once and shared by all signatures of the file.
 *
 * Step by step rather than first against last: a harmful update that a later one takes back is still reported.
 */
export function compareRevisions(file: PdfFile, first: number, limits: ValidationPolicy['limits']): JudgedChange[][] {
  let left = limits.comparedObjects;
  const spend = (): void => {
    if (--left < 0) throw new LimitReached('compared-objects', limits.comparedObjects);
  };
  if (file.revisions.length > limits.revisions) throw new LimitReached('revisions', limits.revisions);
  const base = file.revisions[first] as PdfRevision;
  let values = limits.comparedValues;
  const work = {
    spend(): void {
      if (--values < 0) throw new LimitReached('compared-values', limits.comparedValues);
    },
  };
  limitWork(file.revisions, work);
  const out: JudgedChange[][] = [];
  for (let i = first; i + 1 < file.revisions.length; i++) {
    out.push(compareStep(file.revisions[i] as PdfRevision, file.revisions[i + 1] as PdfRevision, base, limits, spend));
  }
  return out;
}

function compareStep(
  a: PdfRevision,
  b: PdfRevision,
  base: PdfRevision,
  limits: ValidationPolicy['limits'],
  spend: () => void,
): JudgedChange[] {
  let step: Step | undefined;
  try {
    step = new Step(a, b, base, spend);
    const lookup = new PageLookup(a, b, limits.contentBytes);
    compareTrailer(step);
    const form = compareForm(step, lookup);
    comparePages(step, lookup, form);
    step.settle();
    return step.notes;
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    // An update that the strict reader cannot follow may be read otherwise by a lenient one.
    const unreadable: JudgedChange = {
      class: 'undefined',
      object: error.offset === undefined ? 'unknown' : `byte ${error.offset}`,
      allowed: false,
      what: 'unreadable',
      revision: b.index + 1,
      judgement: 'forbidden',
      code: 'pdf.changed-after-signing',
      reason: `${error.code}: ${error.message}`,
    };
    return [...(step?.notes ?? []), unreadable];
  }
}
