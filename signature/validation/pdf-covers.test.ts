import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes, fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { isDict, isStream, pdfArray, pdfDict, pdfName, pdfRef, pdfString, withEntries } from '@antin/formats/pdf/objects';
import type { PdfArray, PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { append, documentFont, judged, letter, sign, walk } from '@antin/testkit/judging/documents';
import { codesOf, edit, fieldOf, lastOf, patch } from '@antin/testkit/attacks/surgery';
import type { Walk } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ValidationReport } from './types.ts';

const pki = testPki();
const font = documentFont();
let steps: Walk;
let signed: Uint8Array;

beforeAll(async () => {
  steps = await walk(pki);
  signed = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
});

const judge = (file: Uint8Array): ValidationReport => judged(file, pki);
const field = (file: Uint8Array, name: string) => fieldOf(lastOf(file), name);

describe('spoofed signature dictionaries', () => {
  it('another /Reason under an old signature value is refused', () => {
    const { dict } = field(signed, 'Signature1');
    const value = dict.entries.get('V') as PdfRef;
    const file = append(signed, (update) => edit(update, value, { Reason: pdfString(latin1('Dong y')) }));
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.reason).toBeUndefined();
  });

  it('a field pointed to another dictionary is refused and the first signature is still found', () => {
    const { ref, dict } = field(signed, 'Signature1');
    const revision = lastOf(signed);
    const value = revision.resolve(dict.entries.get('V'));
    if (!isDict(value)) throw new Error('the field is signed');
    const file = append(signed, (update) => {
      const other = update.add(withEntries(value, { M: pdfString(latin1('D:20300101000000Z')) }));
      edit(update, ref, { V: other });
    });
    const report = judge(file);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.signature-not-in-form');
    expect(codesOf(report)).toContain('pdf.gap-not-contents');
  });

  it('the appearance of a signed field may not be redrawn', () => {
    const { ref } = field(steps.leader, 'leader');
    const file = append(steps.leader, (update) => {
      const drawn = update.addStream(
        { Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: pdfArray([0, 0, 120, 60]) },
        latin1('1 0 0 rg 0 0 120 60 re f'),
      );
      edit(update, ref, { AP: pdfDict({ N: drawn }) });
    });
    expect(judge(file).verdict).toBe('invalid');
  });
});

describe('sneaky signatures and annotations', () => {
  const stamp = (rect: readonly [number, number, number, number]) => ({
    appearance: { page: 1, rect, text: { lines: ['x'], font, size: 8 } },
  });

  it('the picture of a new signature over text of the page does not pass, beside it does', async () => {
    const over = await sign(signed, { pki, by: 'seal', stampedAt: pki.now + 1000, ...stamp([80, 715, 100, 20]) });
    const report = judge(over);
    expect(report.verdict).toBe('indeterminate');
    expect(codesOf(report)).toContain('pdf.widget-over-content');
    const beside = await sign(signed, { pki, by: 'seal', stampedAt: pki.now + 1000, ...stamp([80, 300, 100, 20]) });
    expect(judge(beside).verdict).toBe('valid');
  });

  it('a new signature over an earlier signature alone is a seal placed', async () => {
    const first = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now, ...stamp([300, 300, 120, 60]) });
    const sealed = await sign(first, { pki, by: 'seal', stampedAt: pki.now + 1000, ...stamp([250, 300, 90, 60]) });
    const report = judge(sealed);
    expect(report.verdict).toBe('valid');
    expect(report.signatures[0]?.changes.map((one) => one.what)).toContain('seal-placed');
  });

  it('a note does not pass, neither over the text nor in the margin', () => {
    const note = (rect: number[]) =>
      append(signed, (update) => {
        const drawn = update.addStream(
          { Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: pdfArray([0, 0, 100, 20]) },
          latin1('1 1 1 rg 0 0 100 20 re f'),
        );
        const annot = update.add(
          pdfDict({
            Type: pdfName('Annot'),
            Subtype: pdfName('FreeText'),
            Rect: pdfArray(rect),
            F: 4,
            AP: pdfDict({ N: drawn }),
          }),
        );
        const page = update.file.last.object(3) as PdfDict;
        const annots = update.file.last.resolve(page.entries.get('Annots')) as PdfArray;
        edit(update, pdfRef(3), { Annots: pdfArray([...annots.items, annot]) });
      });
    expect(judge(note([72, 715, 200, 735])).verdict).not.toBe('valid');
    const margin = judge(note([300, 100, 400, 120]));
    expect(margin.verdict).toBe('indeterminate');
    expect(codesOf(margin)).toContain('pdf.annotation-added');
    expect(margin.signatures[0]?.changes.map((one) => one.class)).toContain('annotation');
  });

  it('a removed annotation does not pass', () => {
    const file = append(steps.leader, (update) => edit(update, pdfRef(3), { Annots: undefined }));
    expect(judge(file).verdict).toBe('invalid');
  });
});

describe('unsigned revisions that draw', () => {
  const drawn = (update: PdfUpdate, content = '0 0 1 rg 0 0 50 10 re f'): PdfRef =>
    update.addStream({ Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: pdfArray([0, 0, 100, 20]) }, latin1(content));

  it('an empty signature field with a picture does not pass, without one it does', () => {
    const added = (ap: boolean) =>
      append(signed, (update) => {
        const widget = update.add(
          pdfDict({
            Type: pdfName('Annot'),
            Subtype: pdfName('Widget'),
            FT: pdfName('Sig'),
            T: pdfString(latin1('empty')),
            F: 4,
            Rect: pdfArray([300, 300, 400, 320]),
            P: pdfRef(3),
            AP: ap ? pdfDict({ N: drawn(update) }) : undefined,
          }),
        );
        addToForm(update, widget);
      });
    const report = judge(added(true));
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.changes.map((one) => one.what)).toContain('unsigned-field-drawn');
    expect(judge(added(false)).verdict).toBe('valid');
  });

  it('a prepared seal field that shows something before anybody sealed does not pass', () => {
    const { ref } = field(steps.leader, 'seal');
    const file = append(steps.leader, (update) => edit(update, ref, { AP: pdfDict({ N: drawn(update) }) }));
    expect(judge(file).verdict).toBe('invalid');
  });

  it('a number changed after it was sealed does not pass', () => {
    const { ref, dict } = field(steps.sealed, 'so');
    const revision = lastOf(steps.sealed);
    const normal = revision.resolve((revision.resolve(dict.entries.get('AP')) as PdfDict).entries.get('N'));
    if (!isStream(normal)) throw new Error('the field has an appearance');
    const content = fromLatin1(revision.decodeStream(normal));
    const glyphs = /<([0-9A-Fa-f]+)>\s*Tj/.exec(content)?.[1] as string;
    const swapped = glyphs.slice(4, 8) + glyphs.slice(0, 4) + glyphs.slice(8);
    const file = append(steps.sealed, (update) => {
      const entries = Object.fromEntries(normal.dict.entries) as Record<string, PdfObject>;
      const plain = { ...entries, Length: undefined, Filter: undefined };
      const stream = update.addStream(plain, latin1(content.replace(glyphs, swapped)));
      edit(update, ref, { V: pdfString(utf16('213/QĐ-UBND')), AP: pdfDict({ N: stream }) });
    });
    const report = judge(file);
    expect(codesOf(report)).toEqual(expect.arrayContaining(['pdf.filled-value-changed']));
    expect(report.verdict).toBe('indeterminate');
  });

  it('a text field cannot come in below a new signature field', () => {
    const file = append(signed, (update) => {
      const kid = update.allocate();
      const parent = update.add(pdfDict({ FT: pdfName('Sig'), T: pdfString(latin1('p')), Kids: pdfArray([kid]) }));
      update.set(
        kid,
        pdfDict({
          Parent: parent,
          FT: pdfName('Tx'),
          T: pdfString(latin1('k')),
          Subtype: pdfName('Widget'),
          V: pdfString(latin1('x')),
          Rect: pdfArray([300, 300, 400, 320]),
          AP: pdfDict({ N: drawn(update) }),
        }),
      );
      addToForm(update, parent, kid);
    });
    expect(judge(file).verdict).toBe('invalid');
  });
});

function utf16(text: string): Uint8Array {
  const bytes = [0xfe, 0xff];
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) >> 8, text.charCodeAt(i) & 255);
  return Uint8Array.from(bytes);
}

/** Lists a field in the form and its widget on the first page. */
function addToForm(update: PdfUpdate, fieldRef: PdfRef, widget = fieldRef): void {
  const revision = update.file.last;
  const formRef = revision.catalog.entries.get('AcroForm') as PdfRef;
  const form = revision.resolve(formRef) as PdfDict;
  const fields = revision.resolve(form.entries.get('Fields')) as PdfArray;
  const entries = { Fields: pdfArray([...fields.items, fieldRef]) };
  if (formRef.kind === 'ref') edit(update, formRef, entries);
  else edit(update, pdfRef(1), { AcroForm: withEntries(form, entries) });
  const page = revision.object(3) as PdfDict;
  const annots = revision.resolve(page.entries.get('Annots')) as PdfArray;
  edit(update, pdfRef(3), { Annots: pdfArray([...annots.items, widget]) });
}

describe('locks', () => {
  it('a field locked by the leader may not be filled afterwards, another may', async () => {
    const { addReservedFields } = await import('../pades/fields.ts');
    const make = async (lock: readonly string[]): Promise<Uint8Array> => {
      const base = letter();
      const reserved = addReservedFields(
        memorySource(base),
        {
          font,
          number: { page: 1, rect: [100, 660, 120, 18] },
          signatures: [{ name: 'leader', page: 1, rect: [300, 130, 90, 90], lock }],
        },
        { inflate: nodeInflate },
      );
      return sign(concatBytes(base, reserved), { pki, by: 'leader', stampedAt: pki.now, fieldName: 'leader' });
    };
    const { addFieldValues } = await import('../pades/fields.ts');
    const open = await make([]);
    const filled = concatBytes(open, addFieldValues(memorySource(open), { so: '7/QĐ' }, { inflate: nodeInflate }));
    expect(judge(filled).verdict).toBe('valid');
    const closed = await make(['so']);
    expect(judge(closed).verdict).toBe('valid');
    const source = field(filled, 'so').dict;
    const revision = lastOf(filled);
    const normal = revision.resolve((revision.resolve(source.entries.get('AP')) as PdfDict).entries.get('N'));
    if (!isStream(normal)) throw new Error('the field has an appearance');
    const forced = append(closed, (update) => {
      const entries = Object.fromEntries(normal.dict.entries) as Record<string, PdfObject>;
      const stream = update.addStream({ ...entries, Length: undefined }, new Uint8Array(normal.raw()));
      edit(update, field(closed, 'so').ref, { V: source.entries.get('V') as PdfObject, AP: pdfDict({ N: stream }) });
    });
    const report = judge(forced);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.field-locked');
  });
});

describe('several signatures', () => {
  it('an edit in place under a later signature breaks the first and leaves its own verdict to the second', async () => {
    const broken = patch(signed, 'Quyet dinh', 'Quyet dixh', 'first');
    const again = await sign(broken, { pki, by: 'leaderRsa', stampedAt: pki.now + 1000 });
    const report = judge(again);
    expect(report.verdict).toBe('invalid');
    expect(report.signatures[0]?.subIndication).toBe('HASH_FAILURE');
    expect(report.signatures[1]?.indication).toBe('TOTAL_PASSED');
    expect(report.decidedBySignature).toBe('signature-1');
  });

  it('a file cut back to the first signed revision is simply that revision', () => {
    const end = judge(steps.sealed).revisions?.at(-2)?.end as number;
    expect(judge(steps.sealed.subarray(0, end)).verdict).toBe('valid');
  });

  it('an unknown handler is reported, never ignored', () => {
    const report = judge(patch(signed, '/ETSI.CAdES.detached', '/Acme.Secret.Format1'));
    expect(report.verdict).not.toBe('valid');
    expect(report.signatures).toHaveLength(1);
    expect(codesOf(report)).toContain('pdf.sub-filter-not-judged');
  });
});

describe('a signature that was damaged out of sight', () => {
  it('is not unsigned when both its range and the way to it are gone', () => {
    const { dict } = field(signed, 'Signature1');
    const value = dict.entries.get('V') as PdfRef;
    const gone = patch(patch(signed, '/ByteRange', '/BxteRange'), `/V ${value.num} 0 R`, `/X ${value.num} 0 R`);
    const report = judge(gone);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('pdf.signature-not-in-form');
  });
});
