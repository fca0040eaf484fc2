import { concatBytes, fromLatin1, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import { isStream, pdfArray, pdfDict, pdfName, pdfRef, pdfString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import { append, judged, letter, pdfOf, sign, walk } from '@antin/testkit/judging/documents';
import { codesOf, edit, fieldOf, lastOf, patch } from '@antin/testkit/attacks/surgery';
import type { Walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ValidationReport } from './types.ts';

const pki = testPki();
let steps: Walk;
let signed: Uint8Array;

beforeAll(async () => {
  steps = await walk(pki);
  signed = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
});

const judge = (file: Uint8Array): ValidationReport => judged(file, pki);
const field = (file: Uint8Array, name: string) => fieldOf(lastOf(file), name);

describe('the honest walk', () => {
  it('passes after the leader and after number, date and seal', () => {
    expect(judge(steps.leader).verdict).toBe('valid');
    const report = judge(steps.sealed);
    expect(report.verdict).toBe('valid');
    expect(report.signatures.map((one) => [one.level, one.coverage])).toEqual([
      ['B-T', 'revision'],
      ['B-T', 'file'],
    ]);
    expect(report.signatures[0]?.changes.map((one) => [one.class, one.what, one.allowed])).toEqual([
      ['form-fill', 'field-filled', true],
      ['form-fill', 'field-filled', true],
      ['signature', 'seal-placed', true],
      ['signature', 'signature-field-filled', true],
    ]);
  });

  it('passes with a third, invisible signature in a new field', async () => {
    const more = await sign(steps.sealed, { pki, by: 'leaderRsa', stampedAt: pki.now + 3_700_000 });
    const report = judge(more);
    expect(report.verdict).toBe('valid');
    expect(report.signatures).toHaveLength(3);
  });
});

describe('universal forgery: missing or impossible parts', () => {
  it.each([
    ['/ByteRange renamed', '/ByteRange', '/BytfRange', 'pdf.byte-range-missing'],
    ['/Contents renamed', '/Contents <', '/Contentz <', 'pdf.contents-missing'],
  ])('%s', (_name, from, to, code) => {
    const report = judge(patch(signed, from, to));
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain(code);
  });

  it('a signature field whose value is null is an empty field, but the stripped signature is found', () => {
    const file = append(signed, (update) => edit(update, field(signed, 'Signature1').ref, { V: undefined }));
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.signature-not-in-form');
  });

  it('an empty /ByteRange, a negative one and one beyond the file are refused', () => {
    const text = fromLatin1(signed);
    const range = /\/ByteRange\s*\[[^\]]*\]/.exec(text)?.[0] as string;
    expect(range.length).toBeGreaterThan(27);
    for (const values of ['', '0 0 0 0', '-1 10 20 30', '0 9 99 9999999', '0 10.5 20 30', '0 10 20']) {
      const fake = `/ByteRange [${values}`.padEnd(range.length - 1, ' ');
      const report = judge(patch(signed, range, `${fake}]`));
      expect(report.verdict, values).toBe('invalid');
      expect(report.signatures[0]?.subIndication, values).toBe('FORMAT_FAILURE');
    }
  });
});

describe('signature wrapping', () => {
  it('a gap wider than /Contents is a format failure although the hash would fit', async () => {
    // The attacker moves the signed tail behind his own objects and widens the gap to cover them.
    const text = fromLatin1(signed);
    const match = /\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/.exec(text) as RegExpExecArray;
    const [b, c, d] = [Number(match[1]), Number(match[2]), Number(match[3])];
    const foreign = latin1(' 99 0 obj (foreign) endobj ');
    const moved = concatBytes(signed.subarray(0, c), foreign, signed.subarray(c, c + d));
    const range = match[0];
    const fake = `/ByteRange [0 ${b} ${c + foreign.length} ${d}]`.padEnd(range.length, ' ');
    const report = judge(fake.length === range.length ? patch(moved, range, fake) : moved);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.subIndication).toBe('FORMAT_FAILURE');
  });

  it('bytes other than zero behind the CMS are refused', () => {
    const text = fromLatin1(signed);
    const end = text.lastIndexOf('00>');
    const report = judge(latin1(`${text.slice(0, end)}41>${text.slice(end + 3)}`));
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.padding-not-zero');
  });
});

describe('incremental saving', () => {
  it('a replaced page content is not passed', () => {
    const file = append(signed, (update) => {
      update.setStream(pdfRef(4), {}, latin1('BT /F1 14 Tf 72 720 Td (Quyet dinh khac) Tj ET'));
    });
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.intact).toBe(true);
    expect(report.signatures[0]?.changes.some((one) => one.object === '4 0 R' && !one.allowed)).toBe(true);
  });

  it('bytes behind the last revision that nothing accounts for are refused', () => {
    for (const tail of ['99 0 obj (x) endobj\n', 'junk', '%%EOF%%EOF', '\n4 0 obj << >> endobj\nstartxref\n9\n%%EOF\n']) {
      const report = judge(concatBytes(signed, latin1(tail)));
      expect(report.verdict, tail).toBe('invalid');
    }
  });

  it('a line end behind %%EOF is harmless', () => {
    expect(judge(concatBytes(signed, latin1('\r\n'))).verdict).toBe('valid');
  });

  it('added, removed and re-ordered pages are not passed', () => {
    const added = append(signed, (update) => {
      const page = update.add(pdfDict({ Type: pdfName('Page'), Parent: pdfRef(2), MediaBox: pdfArray([0, 0, 595, 842]) }));
      edit(update, pdfRef(2), { Kids: pdfArray([pdfRef(3), page]), Count: 2 });
    });
    const report = judge(added);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.pages-changed');
    expect(report.signatures[0]?.changes.map((one) => one.what)).toContain('page-added');
  });

  it('a catalog with an action, another page mode or scripts is not passed', () => {
    for (const entries of [
      { OpenAction: pdfDict({ S: pdfName('JavaScript'), JS: pdfString(latin1('app.alert(1)')) }) },
      { Names: pdfDict({ JavaScript: pdfDict({}) }) },
      { PageMode: pdfName('FullScreen') },
    ]) {
      const report = judge(append(signed, (update) => edit(update, pdfRef(1), entries)));
      expect(report.verdict).toBe('invalid');
    }
  });

  it('an object that the signed file referred to and that appears only later is not passed', async () => {
    const base = await sign(twoContents(), { pki, by: 'leader', stampedAt: pki.now });
    expect(judge(base).verdict).toBe('valid');
    const file = append(base, (update) => {
      let ref = update.allocate();
      for (; ref.num < 20; ref = update.allocate()) update.set(ref, pdfDict({}));
      update.setStream(ref, {}, latin1('BT /F1 40 Tf 72 600 Td (them sau) Tj ET'));
    });
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.changes.map((one) => one.what)).toContain('missing-object-supplied');
  });
});

/** A page whose /Contents names an object that does not exist: a viewer shows nothing there, for now. */
function twoContents(): Uint8Array {
  const content = 'BT /F1 14 Tf 72 720 Td (Xin chao) Tj ET';
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 20 0 R] /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>',
  ]);
}

describe('shadow attacks on the fields of the walk', () => {
  it('an appearance that shows another text than the value is not passed', () => {
    const { ref, dict } = field(steps.sealed, 'so');
    const revision = lastOf(steps.sealed);
    const ap = revision.resolve(dict.entries.get('AP')) as PdfDict;
    const normal = revision.resolve(ap.entries.get('N'));
    if (!isStream(normal)) throw new Error('the field has an appearance');
    const file = append(steps.leader, (update) => {
      // The appearance the honest clerk made for 123, under the value 999.
      const entries = Object.fromEntries(normal.dict.entries) as Record<string, PdfObject>;
      const stream = update.addStream({ ...entries, Length: undefined }, new Uint8Array(normal.raw()));
      edit(update, ref, { V: pdfString(latin1('999/QD-UBND')), AP: pdfDict({ N: stream }) });
    });
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.appearance-differs-from-value');
    // The twin: the same appearance under its own value.
    const twin = append(steps.leader, (update) => {
      const entries = Object.fromEntries(normal.dict.entries) as Record<string, PdfObject>;
      const stream = update.addStream({ ...entries, Length: undefined }, new Uint8Array(normal.raw()));
      edit(update, ref, { V: dict.entries.get('V') as PdfObject, AP: pdfDict({ N: stream }) });
    });
    expect(judge(twin).verdict).toBe('valid');
  });

  it('an appearance with a picture, a filled box, white or turned text is not passed', () => {
    const { ref, dict } = field(steps.sealed, 'so');
    const revision = lastOf(steps.sealed);
    const normal = revision.resolve((revision.resolve(dict.entries.get('AP')) as PdfDict).entries.get('N'));
    if (!isStream(normal)) throw new Error('the field has an appearance');
    const honest = fromLatin1(revision.decodeStream(normal));
    const variants: [string, string][] = [
      ['filled box', `${honest}\n1 0 0 rg 0 0 50 10 re f`],
      ['image', `${honest}\nq /Im0 Do Q`],
      ['inline image', `${honest}\nBI /W 1 /H 1 /BPC 8 /CS /G ID x EI`],
      ['white text', honest.replace(/BT/, 'BT 1 g').replace(/\n?0 g/g, '')],
      ['invisible text', honest.replace(/BT/, 'BT 3 Tr')],
      ['clipped text', honest.replace(/BT/, '0 0 8 20 re W n BT')],
    ];
    for (const [name, content] of variants) {
      const file = append(steps.leader, (update) => {
        const entries = Object.fromEntries(normal.dict.entries) as Record<string, PdfObject>;
        const stream = update.addStream(
          { ...entries, Length: undefined, Filter: undefined, DecodeParms: undefined },
          latin1(content),
        );
        edit(update, ref, { V: dict.entries.get('V') as PdfObject, AP: pdfDict({ N: stream }) });
      });
      expect(content, name).not.toBe(honest);
      expect(judge(file).verdict, name).not.toBe('valid');
    }
  });

  it('a font changed after signing is not passed', () => {
    const file = append(signed, (update) => edit(update, pdfRef(5), { BaseFont: pdfName('Symbol') }));
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.changes.map((one) => one.class)).toContain('font');
  });

  it('default appearance, flags or name of a field may not change', () => {
    const { ref } = field(steps.leader, 'so');
    for (const entries of [{ DA: pdfString(latin1('/F1 0 Tf 1 g')) }, { F: 2 }, { Rect: pdfArray([0, 0, 500, 500]) }]) {
      expect(judge(append(steps.leader, (update) => edit(update, ref, entries))).verdict).toBe('invalid');
    }
  });

  it('hide-and-replace: a second version inside the signed bytes is still a change when a later table switches to it', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    // The table of a later revision points object 4 to object 5's bytes: strict readers see that another object stands there.
    const at = indexOfBytes(file, latin1('5 0 obj'));
    const prev = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(fromLatin1(file))?.[1] as string;
    const xref = file.length;
    const update = `xref\n4 1\n${String(at).padStart(10, '0')} 00000 n \ntrailer\n<< /Size ${lastOf(file).trailer.entries.get('Size')} /Root 1 0 R /Prev ${prev} >>\nstartxref\n${xref}\n%%EOF\n`;
    const report = judge(concatBytes(file, latin1(update)));
    expect(report.verdict).toBe('invalid');
  });
});
