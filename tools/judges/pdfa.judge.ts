import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { placeAtAnchor } from '@antin/signature/pades/anchor';
import { annexLines } from '@antin/signature/pades/appearance-text';
import { cornerText } from '@antin/signature/pades/corner-text';
import { extendPades } from '@antin/signature/pades/extend';
import { addReservedFields } from '@antin/signature/pades/fields';
import { placeSeal } from '@antin/signature/pades/placement';
import { sealPicture, signaturePicture } from '@antin/testkit/pdf/pictures';
import { exportedByLibreOffice } from '@antin/testkit/pdf/producers';
import { doors, joined, signedPdf, tinos } from '@antin/testkit/pdf/signing';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import type { Flavour, VeraAnswer } from './verapdf.ts';
import { askVera, veraClassPath } from './verapdf.ts';

const pki = testPki();
const [leader, seal] = [pki.signingKey('leader'), pki.signingKey('sealRsa')];
const font = tinos();
const NAME = 'Nguyễn Thị Ngọc Quỳnh';

const exported = (more: Record<string, number | boolean>): Uint8Array | undefined => {
  const typed = Object.entries({ ...more, UseTaggedPDF: true }).map(([key, value]) => [
    key,
    { type: typeof value === 'number' ? 'long' : 'boolean', value: String(value) },
  ]);
  return exportedByLibreOffice(`:${JSON.stringify(Object.fromEntries(typed))}`);
};

const lastOf = (bytes: Uint8Array) => openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' }).last;

async function raised(bytes: Uint8Array): Promise<Uint8Array> {
  let time = pki.now;
  const options = {
    ...doors,
    level: 'B-LTA' as const,
    anchors: pki.anchors,
    at: pki.now + 60_000,
    timeStamp: timeStampSource(pki, () => (time += 1000)),
    evidenceFor: evidenceSource(pki, () => time),
  };
  return joined(bytes, await extendPades(memorySource(bytes), options));
}

/** The whole life of a document: invisible, signed, numbered, sealed, raised; and an annex of its own. */
async function lives(input: Uint8Array): Promise<Record<string, Uint8Array>> {
  const signingTime = pki.now;
  const invisible = await signedPdf(input, leader, { signingTime });
  const where = placeAtAnchor(lastOf(input), { text: NAME, size: { width: 110, height: 45 } });
  const sealRect = placeSeal(where.rect, { width: 102, height: 102 });
  const fields = {
    font,
    number: { page: 1, rect: [100, 600, 120, 18] },
    date: { page: 1, rect: [300, 600, 220, 18], font: tinos('400Regular_Italic') },
    signatures: [
      { name: 'LanhDao', ...where },
      { name: 'CoQuan', page: 1, rect: sealRect, lock: ['so', 'ngay'] },
    ],
  } as const;
  const reserved = joined(input, addReservedFields(memorySource(input), fields, doors));
  const signed = await signedPdf(reserved, leader, {
    ...{ signingTime, fieldName: 'LanhDao', reason: 'Phê duyệt', certify: { permission: 2 } },
    appearance: { ...where, image: signaturePicture() },
  });
  const sealed = await signedPdf(signed, seal, {
    ...{ signingTime, fieldName: 'CoQuan', fill: { so: '12/QĐ-UBND', ngay: 'Hà Nội, ngày 21 tháng 11 năm 2026' } },
    appearance: { page: 1, rect: sealRect, image: sealPicture() },
  });
  const lines = annexLines('2491/STC-NS', signingTime);
  const annex = await signedPdf(input, seal, { signingTime, appearance: cornerText(lastOf(input), { lines, font }) });
  const visible = await signedPdf(input, leader, { signingTime, appearance: { image: signaturePicture(), ...where } });
  return {
    ...{ input, invisible, visible, 'with reserved fields': reserved, signed, 'numbered and sealed': sealed, annex },
    'invisible, B-LTA': await raised(invisible),
    'sealed, B-LTA': await raised(sealed),
  };
}

const classPath = veraClassPath();
const inputs: readonly [name: string, flavours: readonly Flavour[], bytes: Uint8Array | undefined][] =
  classPath === undefined
    ? []
    : [
        ['PDF/A-2b, tagged', ['2b', 'ua1'], exported({ SelectPdfVersion: 2 })],
        ['PDF/A-3b, tagged', ['3b'], exported({ SelectPdfVersion: 3 })],
        ['PDF/UA-1', ['ua1'], exported({ PDFUACompliance: true })],
      ];

describe.skipIf(classPath === undefined)('what an archive file or an accessible file was, it stays', () => {
  it.each(inputs.filter(([, , bytes]) => bytes !== undefined))('%s', async (_, flavours, bytes) => {
    const all = Object.entries(await lives(bytes!));
    const questions = flavours.flatMap((flavour) => all.map(([name, file]) => ({ name, flavour, bytes: file })));
    const answers = askVera(classPath!, questions);
    questions.forEach(({ name, flavour }, i) => {
      const before = answers[flavours.indexOf(flavour) * all.length] as VeraAnswer;
      // LibreOffice's own accessible files do not always keep every rule; ours must break no further one.
      if (flavour !== 'ua1') expect(before).toEqual({ compliant: true, broken: [] });
      const { failure, broken } = answers[i] as VeraAnswer;
      const worse = broken.filter((rule) => !before.broken.includes(rule));
      expect({ name, flavour, failure, worse }).toEqual({ name, flavour, failure: undefined, worse: [] });
    });
  });
});

describe.skipIf(classPath === undefined)('the validator sees what is wrong', () => {
  it('a file that claims nothing is none', () => {
    const plain = exportedByLibreOffice();
    if (plain === undefined) return;
    expect(askVera(classPath!, [{ bytes: plain, flavour: '2b' }])[0]!.compliant).toBe(false);
  });
});
