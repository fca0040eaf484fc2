import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes, fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { pdfArray, pdfDict, pdfName, pdfRef } from '@antin/formats/pdf/objects';
import type { PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { buildSignedAttributes, buildSignedData } from '@antin/pki/cms/build';
import { digestOf } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { embedDocumentTimeStamp, prepareDocumentTimeStamp } from '@antin/signature/pades/document-time-stamp';
import { addFieldValues } from '@antin/signature/pades/fields';
import { preparePades } from '@antin/signature/pades/prepare';
import { HOUR, append, documentFont, prepared, sign } from '../judging/documents.ts';
import type { TestPki } from '../pki/types.ts';
import type { Attack, Ground } from './surgery.ts';
import { addWidget, edit, fieldOf, fill, appearanceOf, formXObject, lastOf, rawUpdate, text } from './surgery.ts';

/** Our signer never certifies; here a signature dictionary gets the transform another program would write (§12.8.2.2). */
export function certified(pki: TestPki, p: 1 | 2 | 3, file: Uint8Array = prepared()): Uint8Array {
  const key = pki.signingKey('leader');
  const room = 'x'.repeat(160);
  const tbs = preparePades(memorySource(file), {
    inflate: nodeInflate,
    door: nodeCrypto,
    certificate: key.certificate,
    chain: [],
    algorithm: key.algorithm,
    signingTime: pki.now,
    level: 'B-B',
    reservedBytes: 8000,
    fieldName: 'leader',
    reason: room,
  });
  const place = `/Reason (${room})`;
  const parameters = `<< /Type /TransformParams /P ${p} /V /1.2 >>`;
  const reference = `/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams ${parameters} >>]`;
  const written = fromLatin1(tbs.appended);
  if (!written.includes(place)) throw new Error('the reason is not where it was');
  const appended = latin1(written.replace(place, reference.padEnd(place.length)));
  const whole = concatBytes(file, appended);
  const [, b, c, d] = tbs.byteRange;
  const set = buildSignedAttributes({
    contentType: OID.idData,
    messageDigest: digestOf(nodeCrypto, 'SHA-256', concatBytes(whole.subarray(0, b), whole.subarray(c, c + d))),
    signingCertificate: key.certificate,
    digest: 'SHA-256',
    door: nodeCrypto,
  });
  const cms = buildSignedData({
    digest: 'SHA-256',
    signatureAlgorithm: key.algorithm,
    signingCertificate: key.certificate,
    certificates: key.chain.map((one) => one.raw),
    signedAttributes: set,
    signature: pki.entity('leader').signNow(set),
  });
  cms.forEach((byte, i) => whole.set(latin1(byte.toString(16).padStart(2, '0')), b + 1 + 2 * i));
  return whole;
}

const filled = (file: Uint8Array): Uint8Array =>
  concatBytes(file, addFieldValues(memorySource(file), { so: '7/QĐ' }, { inflate: nodeInflate }));

/** Filled although the certification forbids it: our own writer refuses. */
function forcedFill(file: Uint8Array, { sealed }: Ground): Uint8Array {
  const { dict } = fieldOf(lastOf(sealed), 'so');
  const made = appearanceOf(lastOf(sealed), 'so');
  return append(file, (update) => fill(update, 'so', dict.entries.get('V') as PdfObject, made));
}

const note = (file: Uint8Array, rect: readonly number[]): Uint8Array =>
  append(file, (update) => {
    const AP = pdfDict({ N: formXObject(update, '0 0 9 9 re f', [0, 0, 9, 9]) });
    const stamp = { Type: pdfName('Annot'), Subtype: pdfName('Stamp'), F: 4, Rect: pdfArray([...rect]), AP };
    addWidget(update, update.add(pdfDict(stamp)), false);
  });

const BESIDE = [300, 300, 340, 340];
const OVER = [72, 715, 200, 740];

export const FORBIDDEN: readonly Attack[] = [
  { name: 'P=1: a field filled', build: (g) => forcedFill(certified(g.pki, 1), g) },
  { name: 'P=1: a note', build: ({ pki }) => note(certified(pki, 1), BESIDE) },
  { name: 'P=2: a note', build: ({ pki }) => note(certified(pki, 2), BESIDE) },
  { name: 'P=2: a note after an honest fill', build: ({ pki }) => note(filled(certified(pki, 2)), BESIDE) },
  { name: 'P=3: a note over the text', build: ({ pki }) => note(certified(pki, 3), OVER) },
  {
    name: 'P=3: a line whose ends lie over the text and whose place lies beside it',
    build: ({ pki }) =>
      append(certified(pki, 3), (update) => {
        const line = { Subtype: pdfName('Line'), L: pdfArray([72, 725, 300, 725]), Rect: pdfArray([...BESIDE]) };
        addWidget(update, update.add(pdfDict({ Type: pdfName('Annot'), F: 4, ...line })), false);
      }),
  },
  { name: 'P=3: page content', build: ({ pki }) => append(certified(pki, 3), redraw) },
  {
    name: 'P=2 made P=3 by a later update, then a note',
    build: ({ pki }) => {
      const first = certified(pki, 2);
      const value = fieldOf(lastOf(first), 'leader').dict.entries.get('V') as PdfRef;
      const loose = pdfDict({ Type: pdfName('SigRef'), TransformMethod: pdfName('DocMDP'), TransformParams: pdfDict({ P: 3 }) });
      const second = append(first, (update) => edit(update, value, { Reference: pdfArray([loose]) }));
      return note(second, BESIDE);
    },
  },
  {
    name: 'P=1: the permission taken out of the catalog and a note',
    build: ({ pki }) => {
      const base = append(prepared(), (update) => edit(update, pdfRef(1), { Perms: pdfDict({ X: 1 }) }));
      const first = certified(pki, 1, base);
      return append(first, (update) => edit(update, pdfRef(1), { Perms: undefined }));
    },
  },
];

export const PERMITTED: readonly Attack[] = [
  { name: 'P=2: a field filled', build: ({ pki }) => filled(certified(pki, 2)) },
  { name: 'P=3: a field filled', build: ({ pki }) => filled(certified(pki, 3)) },
  { name: 'P=3: a note beside the text', build: ({ pki }) => note(certified(pki, 3), BESIDE) },
  {
    name: 'P=2: another signature',
    build: ({ pki }) => sign(certified(pki, 2), { pki, by: 'seal', stampedAt: pki.now + HOUR, fieldName: 'seal' }),
  },
];

function redraw(update: PdfUpdate): void {
  update.setStream(pdfRef(4), {}, latin1('BT /F1 14 Tf 72 720 Td (Noi dung khac) Tj ET'));
}

export function timeStamped(pki: TestPki, file: Uint8Array): Uint8Array {
  const source = memorySource(file);
  const made = prepareDocumentTimeStamp(source, { inflate: nodeInflate, door: nodeCrypto, at: pki.now + HOUR });
  const token = pki.timeStampToken({ digest: made.digest, hash: made.documentDigest }, pki.now + HOUR);
  return concatBytes(file, embedDocumentTimeStamp(source, made, token));
}

/** Somebody with a real key or a real time-stamp closes a revision that carries more than it says. */
export const COVERED_UP: readonly Attack[] = [
  {
    name: 'page content changed, then a document time-stamp',
    build: ({ sealed, pki }) => timeStamped(pki, append(sealed, redraw)),
  },
  { name: 'a note added, then a document time-stamp', build: ({ sealed, pki }) => timeStamped(pki, note(sealed, BESIDE)) },
  {
    name: 'page content changed, then sealed by somebody trusted',
    build: ({ leader, pki }) => sign(append(leader, redraw), { pki, by: 'seal', stampedAt: pki.now + HOUR, fieldName: 'seal' }),
  },
  {
    name: 'sealed by somebody nobody trusts',
    build: ({ leader, pki }) => sign(leader, { pki, by: 'unknownIssuer', stampedAt: pki.now + HOUR, fieldName: 'seal' }),
  },
  {
    name: 'sealed with a picture as large as the page',
    build: ({ leader, pki }) => {
      const appearance = { page: 1, rect: [0, 0, 595, 842] as const, text: { lines: ['x'], font: documentFont(), size: 8 } };
      return sign(leader, { pki, by: 'seal', stampedAt: pki.now + HOUR, fieldName: 'khac', appearance });
    },
  },
  {
    name: 'the same key written twice, once in hexadecimal',
    build: ({ sealed }) => {
      const { ref } = fieldOf(lastOf(sealed), 'so');
      const body = '<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V (123) /#56 (999) /F 4 /Rect [100 660 220 678] >>';
      return rawUpdate(sealed, [{ num: ref.num, body }]);
    },
  },
  {
    name: 'the leader’s field moved below a new field',
    build: ({ sealed }) =>
      append(sealed, (update) => {
        const { ref } = fieldOf(update.file.last, 'leader');
        const above = update.add(pdfDict({ T: text('tren'), Kids: pdfArray([ref]) }));
        edit(update, ref, { Parent: above });
        addWidget(update, above);
      }),
  },
];

export const HONESTLY_CLOSED: readonly Attack[] = [
  { name: 'a document time-stamp over the sealed file', build: ({ sealed, pki }) => timeStamped(pki, sealed) },
  { name: 'two document time-stamps', build: ({ sealed, pki }) => timeStamped(pki, timeStamped(pki, sealed)) },
];
