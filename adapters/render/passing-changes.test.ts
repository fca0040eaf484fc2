import { memorySource } from '@antin/formats/bytes/source';
import { formFields } from '@antin/signature/validation/pdf/fields';
import { rectOf } from '@antin/signature/validation/pdf/widgets';
import { HONEST_DRAFTS } from '@antin/testkit/attacks/drafts';
import { HONEST_FILLS } from '@antin/testkit/attacks/form-fill';
import { HONEST_PACKED } from '@antin/testkit/attacks/packed';
import { HONESTLY_CLOSED } from '@antin/testkit/attacks/permissions';
import { lastOf } from '@antin/testkit/attacks/surgery';
import type { Attack, Ground } from '@antin/testkit/attacks/surgery';
import { HONEST_UPDATES } from '@antin/testkit/attacks/updates';
import { judged, walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { visualDifference } from './visual-difference.ts';

const pki = testPki();
let ground: Ground;
beforeAll(async () => {
  ground = { pki, ...(await walk(pki)) };
});

const passing: readonly Attack[] = [...HONEST_DRAFTS, ...HONEST_FILLS, ...HONEST_PACKED, ...HONEST_UPDATES, ...HONESTLY_CLOSED];
/** A softened edge reaches a pixel farther. */
const SLACK = 0.6;

describe('whatever passes after signing shows inside fields and nowhere else', () => {
  it.each(passing.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const file = await one.build(ground);
    const report = judged(file, pki);
    expect(report.verdict).toBe('valid');
    const signed = Math.min(...report.signatures.map((signature) => signature.revision ?? 1));
    const end = report.revisions?.[signed - 1]?.end as number;
    const { pages, pagesLeft } = await visualDifference(memorySource(file), end);
    expect(pagesLeft).toBe(0);
    const last = lastOf(file);
    const rects = formFields(last).flatMap((field) =>
      field.widgets.map((widget) => rectOf(last, widget.dict.entries.get('Rect'))),
    );
    for (const [x, y, width, height] of pages.flatMap((page) => page.boxes)) {
      const held = rects.some(
        (rect) =>
          rect !== undefined &&
          x >= rect[0] - SLACK &&
          y >= rect[1] - SLACK &&
          x + width <= rect[2] + SLACK &&
          y + height <= rect[3] + SLACK,
      );
      expect(held, `[${x} ${y} ${width} ${height}] outside ${JSON.stringify(rects)}`).toBe(true);
    }
  });
});
