import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { beginUpdate } from '@antin/formats/pdf/update';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { addReservedFields } from '@antin/signature/pades/fields';
import { signPades } from '@antin/signature/pades/sign';
import type { SignPadesOptions } from '@antin/signature/pades/sign';
import type { ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { validate } from '@antin/signature/validation/validate';
import type { TestPki } from '../pki/types.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A one-page letter with a classic cross-reference table: small enough to flip every byte of it. */
export function letter(text = 'Quyet dinh ve viec thu nghiem', extra = ''): Uint8Array {
  const content = `BT /F1 14 Tf 72 720 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${extra}>>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>',
  ];
  return pdfOf(objects);
}

/** A file from the bodies of objects 1, 2, 3 …; object 1 is the catalog. */
export function pdfOf(objects: readonly string[]): Uint8Array {
  let out = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((body, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return latin1(out);
}

export function documentFont(): Uint8Array {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf');
  return new Uint8Array(readFileSync(path));
}

export interface SignOptions extends Partial<SignPadesOptions> {
  readonly pki: TestPki;
  readonly by: string;
  readonly when?: number;
  /** Time-stamp of this TSA at this moment. */
  readonly stampedAt?: number;
  readonly tsa?: string;
}

/** The file with one more signature. */
export async function sign(file: Uint8Array, options: SignOptions): Promise<Uint8Array> {
  const { pki, by, when = pki.now, stampedAt, tsa, ...rest } = options;
  const appended = await signPades(memorySource(file), pki.signingKey(by), {
    inflate: nodeInflate,
    door: nodeCrypto,
    signingTime: when,
    level: stampedAt === undefined ? 'B-B' : 'B-T',
    ...(stampedAt === undefined
      ? {}
      : {
          timeStamp: (hash: Uint8Array) =>
            Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash }, stampedAt, tsa === undefined ? {} : { tsa })),
        }),
    ...rest,
  });
  return concatBytes(file, appended);
}

/** The prepared revision of the walk: empty fields for number and date and an empty field for the seal. */
export function prepared(file: Uint8Array = letter()): Uint8Array {
  const appended = addReservedFields(
    memorySource(file),
    {
      font: documentFont(),
      number: { page: 1, rect: [100, 660, 120, 18] },
      date: { page: 1, rect: [300, 660, 200, 18] },
      signatures: [{ name: 'seal', page: 1, rect: [300, 130, 90, 90] }],
    },
    { inflate: nodeInflate },
  );
  return concatBytes(file, appended);
}

export interface Walk {
  readonly prepared: Uint8Array;
  readonly leader: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Prepared, signed by the leader, numbered and sealed by the clerk, each with its time-stamp. */
export async function walk(pki: TestPki): Promise<Walk> {
  const file = prepared();
  const leader = await sign(file, {
    pki,
    by: 'leader',
    stampedAt: pki.now,
    fieldName: 'leader',
    appearance: { page: 1, rect: [360, 140, 120, 60], text: { lines: ['Nguyễn Văn An'], font: documentFont(), size: 12 } },
  });
  const sealed = await sign(leader, {
    pki,
    by: 'seal',
    when: pki.now + HOUR,
    stampedAt: pki.now + HOUR,
    fieldName: 'seal',
    fill: { so: '123/QĐ-UBND', ngay: 'Hà Nội, ngày 02 tháng 3 năm 2026' },
    appearance: { page: 1, rect: [300, 130, 90, 90], text: { lines: ['DẤU'], font: documentFont(), size: 12 } },
  });
  return { prepared: file, leader, sealed };
}

/** An update of a file by hand, as an attacker or another program would append it. */
export function append(file: Uint8Array, edit: (update: PdfUpdate) => void): Uint8Array {
  const update = beginUpdate(openPdf(memorySource(file), { inflate: nodeInflate, mode: 'strict' }));
  edit(update);
  return concatBytes(file, update.finish().appended);
}

export function contextOf(pki: TestPki, at: number, more: Partial<ValidationContext> = {}): ValidationContext {
  return {
    door: nodeCrypto,
    inflate: nodeInflate,
    inflateRaw: nodeInflateRaw,
    trust: pki.anchors,
    evidence: pki.evidence(at),
    at,
    ...more,
  };
}

export function judged(
  file: Uint8Array,
  pki: TestPki,
  at = pki.now + 2 * HOUR,
  more: Partial<ValidationContext> = {},
): ValidationReport {
  return validate(memorySource(file), contextOf(pki, at, more)).report;
}
