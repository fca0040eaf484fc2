import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/**
 * A PDF of about `bytes` bytes: one page of text and an incompressible image, as a scanner or an office suite gives it.
 * Deterministic, so that runs compare.
 */
export function samplePdf(bytes: number): Uint8Array {
  const content = 'BT /F1 12 Tf 72 720 Td (Van ban do luong) Tj ET';
  const image = noise(Math.max(64, bytes - 1100), 'image');
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Im 6 0 R >> >> >>',
    streamOf('', content),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    streamOf(
      `/Type /XObject /Subtype /Image /Width 1 /Height ${image.length} /ColorSpace /DeviceGray /BitsPerComponent 8`,
      image,
    ),
  ]);
}

/** Pages in a tree of tens, each with packed content of its own: a long report, where a full parse would show. */
export function manyPagesPdf(bytes: number, pages: number): Uint8Array {
  const each = Math.max(64, Math.floor(bytes / pages) - 200);
  const groups = Math.ceil(pages / 10);
  const page = (i: number): number => 4 + groups + 2 * i;
  const kids = (first: number): string =>
    Array.from({ length: Math.min(10, pages - first) }, (_, i) => `${page(first + i)} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${Array.from({ length: groups }, (_, i) => `${4 + i} 0 R`).join(' ')}] /Count ${pages} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (let i = 0; i < groups; i++) {
    objects.push(`<< /Type /Pages /Parent 2 0 R /Kids [${kids(10 * i)}] /Count ${Math.min(10, pages - 10 * i)} >>`);
  }
  for (let i = 0; i < pages; i++) {
    const parent = 4 + Math.floor(i / 10);
    objects.push(
      `<< /Type /Page /Parent ${parent} 0 R /MediaBox [0 0 595 842] /Contents ${page(i) + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      streamOf('/Filter /FlateDecode', contentOf(i, each)),
    );
  }
  return pdfOf(objects);
}

/** A line of text and a long comment, packed to about `bytes` bytes: hexadecimal digits of noise pack to little more than a half. */
function contentOf(page: number, bytes: number): string {
  const digits = Buffer.from(noise(Math.floor(bytes / 1.08), `page ${page}`), 'latin1').toString('hex');
  return deflateSync(`BT /F1 12 Tf 72 720 Td (Trang ${page + 1}) Tj ET\n% ${digits}\n`, { level: 1 }).toString('latin1');
}

function noise(length: number, seed: string): string {
  const bytes = Buffer.alloc(length);
  for (let at = 0, block = 0; at < length; block++)
    at += createHash('sha256').update(`${seed} ${block}`).digest().copy(bytes, at);
  return bytes.toString('latin1');
}

function streamOf(entries: string, data: string): string {
  return `<< ${entries} /Length ${data.length} >>\nstream\n${data}\nendstream`;
}

/** Objects 1, 2, 3 … with a cross-reference table; the first is the catalog. */
function pdfOf(objects: readonly string[]): Uint8Array {
  const parts = ['%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'];
  let size = (parts[0] as string).length;
  const rows = objects.map((object, i) => {
    const row = `${String(size).padStart(10, '0')} 00000 n \n`;
    const text = `${i + 1} 0 obj\n${object}\nendobj\n`;
    parts.push(text);
    size += text.length;
    return row;
  });
  parts.push(
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}`,
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${size}\n%%EOF\n`,
  );
  return Buffer.from(parts.join(''), 'latin1');
}
