import { HttpRefusal } from '@antin/adapters/http/fault';
import { RenderFault } from '@antin/adapters/render/fault';
import type { PageDifference, RenderLimits } from '@antin/adapters/render/messages';
import { visualDifference } from '@antin/adapters/render/visual-difference';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import type { VisualDifferences } from '@antin/protocol/public/verification';
import type { ValidationReport } from '@antin/signature/validation/types';
import { sentenceFor } from '@antin/signature/words/sentence';
import type { Language } from '@antin/signature/words/catalogue';
import { sourceOf } from '../verification/answer.ts';
import type { FileRef } from '../verification/question.ts';

/** For a stranger's file, on demand: fewer pages and smaller ones than on one's own command line. */
export const VISUAL_LIMITS: Partial<RenderLimits> = { pages: 20, pixels: 1_500_000, milliseconds: 15_000, megabytes: 256 };
/** Revisions compared with the last one; the earliest signed ones say the most. */
const MOST_REVISIONS = 3;
const DOTS_PER_POINT = 1.5;
const MOST_WAITING = 4;

/** Draws what was signed beside what the file shows now, one file at a time: a help for people, on which no verdict depends. */
export interface VisualDoor {
  /** @throws {HttpRefusal} `verify.nothing-to-show`, `http.unavailable` while too many wait */
  (file: FileRef, report: ValidationReport, language: Language): Promise<VisualDifferences>;
}

export function visualDoor(limits: Partial<RenderLimits> = VISUAL_LIMITS): VisualDoor {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (file, report, language) => {
    const signed = signedRevisions(report);
    if (signed.size === 0) throw new HttpRefusal('verify.nothing-to-show');
    if (waiting >= MOST_WAITING) throw new HttpRefusal('http.unavailable', { headers: { 'retry-after': '20' } });
    waiting += 1;
    // A renderer takes much memory: never two for strangers.
    const mine = last.then(() => draw(file, report, signed, language, limits));
    last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };
}

/** Signatures by the revision they close, 1-based. */
function signedRevisions({ revisions = [], signatures }: ValidationReport): ReadonlyMap<number, readonly string[]> {
  const out = new Map<number, string[]>();
  for (const { id, revision } of signatures) {
    if (revision === undefined || revisions[revision - 1] === undefined) continue;
    out.set(revision, [...(out.get(revision) ?? []), id]);
  }
  return new Map([...out].sort(([a], [b]) => a - b));
}

async function draw(
  file: FileRef,
  report: ValidationReport,
  signed: ReadonlyMap<number, readonly string[]>,
  language: Language,
  limits: Partial<RenderLimits>,
): Promise<VisualDifferences> {
  const source = sourceOf(file);
  const revisions = report.revisions ?? [];
  const grown = [...signed].filter(([revision]) => revision < revisions.length);
  const differences: VisualDifferences['differences'] = [];
  for (const [revision, signatures] of grown.slice(0, MOST_REVISIONS)) {
    const about = { revision, signatures: [...signatures] };
    try {
      const { end } = revisions[revision - 1] as { end: number };
      const found = await visualDifference(source, end, { pictures: true, dotsPerPoint: DOTS_PER_POINT, limits });
      differences.push({ ...about, pages: found.pages.map(pageOf), pagesLeft: found.pagesLeft });
    } catch (fault) {
      // What cannot be drawn is said so and nothing more.
      if (!(fault instanceof RenderFault)) throw fault;
      differences.push({ ...about, code: fault.code });
    }
  }
  return {
    verdict: report.verdict,
    sentence: sentenceFor(report, language).heading,
    differences,
    revisionsLeft: Math.max(0, grown.length - MOST_REVISIONS),
  };
}

function pageOf({ page, changed, boxes, share, only, pictures }: PageDifference) {
  const png = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : toBase64(bytes));
  const [before, after] = [png(pictures?.before), png(pictures?.after)];
  return {
    ...{ page, changed, share, boxes: boxes.map((box) => [...box] as [number, number, number, number]) },
    ...(only === undefined ? {} : { only }),
    ...(pictures === undefined
      ? {}
      : {
          pictures: {
            ...(before === undefined ? {} : { before }),
            ...(after === undefined ? {} : { after }),
            marked: toBase64(pictures.marked),
          },
        }),
  };
}
