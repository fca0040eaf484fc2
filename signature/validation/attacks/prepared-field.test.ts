import { pdfArray, pdfDict, pdfName, pdfString } from '@antin/formats/pdf/objects';
import { latin1 } from '@antin/formats/bytes/bytes';
import type { PdfObject } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { addWidget, formXObject } from '@antin/testkit/attacks/surgery';
import { HOUR, append, documentFont, judged, prepared, sign } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import type { ValidationReport } from '../types.ts';

const pki = testPki();
const BLANK = [60, 300, 560, 560];
const OVER_TEXT = [60, 560, 560, 820];

/** A field of more than a tenth of the page, drawn somehow in the draft, signed into after the leader. */
async function signedInto(rect: readonly number[], drawn: (update: PdfUpdate) => PdfObject): Promise<ValidationReport> {
  const draft = append(prepared(), (update) => {
    const entries = { Subtype: pdfName('Widget'), FT: pdfName('Sig'), T: pdfString(latin1('cho')), F: 4 };
    addWidget(update, update.add(pdfDict({ ...entries, Rect: pdfArray([...rect]), AP: drawn(update) })));
  });
  const leader = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
  const when = pki.now + HOUR;
  const text = { lines: ['Đã ký'], font: documentFont(), size: 12 };
  const appearance = { page: 1, rect: [0, 0, 1, 1] as const, text };
  return judged(await sign(leader, { pki, by: 'seal', when, stampedAt: when, fieldName: 'cho', appearance }), pki);
}

const codes = (report: ValidationReport) => report.signatures[0]?.errors.map((one) => one.code);
const picture = (update: PdfUpdate) => pdfDict({ N: formXObject(update, '0 0 9 9 re f', [0, 0, 9, 9]) });

describe('a large signature field that was there when the leader signed', () => {
  it('passes when nobody could see anything of it and it covers nothing', async () => {
    const report = await signedInto(BLANK, () => pdfName('None'));
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('valid');
  });

  it('is not decided when it showed something that vanishes', async () => {
    const report = await signedInto(BLANK, picture);
    expect(report.verdict).toBe('indeterminate');
    expect(codes(report)).toEqual(['pdf.field-redrawn']);
  });

  it('is not decided when it lies over the text', async () => {
    const report = await signedInto(OVER_TEXT, () => pdfName('None'));
    expect(report.verdict).toBe('indeterminate');
    expect(codes(report)).toEqual(['pdf.widget-over-content']);
  });
});
