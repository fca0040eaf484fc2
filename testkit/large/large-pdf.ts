import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/**
 * Writes a PDF with one page and images that nobody looks at, as large as asked. The images are holes in the file: it costs no
 * disk, reads as zeros, and is a file like any other for whoever signs it.
 *
 * @param xref how its cross-reference is written
 * @param images number of stream objects that share the size
 */
export function writeLargePdf(path: string, size: number, xref: 'table' | 'stream', images = 5): void {
  const file = openSync(path, 'wx', 0o600);
  const each = Math.floor(size / images);
  const offsets: number[] = [];
  let at = 0;
  const put = (bytes: string): void => {
    at += writeSync(file, Buffer.from(bytes, 'latin1'), 0, bytes.length, at);
  };
  const object = (body: () => void): void => {
    offsets.push(at);
    put(`${offsets.length} 0 obj\n`);
    body();
    put('\nendobj\n');
  };
  put('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n');
  object(() => put('<< /Type /Catalog /Pages 2 0 R >>'));
  object(() => put('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'));
  const names = Array.from({ length: images }, (_, i) => `/Im${i} ${i + 4} 0 R`).join(' ');
  object(() => put(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << ${names} >> >> >>`));
  for (let i = 0; i < images; i++) {
    object(() => {
      const kind = `/Type /XObject /Subtype /Image /Width 1 /Height ${each} /ColorSpace /DeviceGray /BitsPerComponent 8`;
      put(`<< ${kind} /Length ${each} >>\nstream\n`);
      at += each;
      put('\nendstream');
    });
  }
  const startxref = at;
  const count = offsets.length + 1;
  if (xref === 'table') {
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    put(`xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R >>`);
  } else {
    const rows = [row(0, 0, 65_535), ...[...offsets, startxref].map((offset) => row(1, offset, 0))].join('');
    const entries = `/Type /XRef /Size ${count + 1} /W [1 5 2] /Root 1 0 R /Length ${rows.length}`;
    put(`${count} 0 obj\n<< ${entries} >>\nstream\n${rows}\nendstream\nendobj`);
  }
  put(`\nstartxref\n${startxref}\n%%EOF\n`);
  ftruncateSync(file, at);
  closeSync(file);
}

/** An entry of a cross-reference stream: one, five and two bytes. */
function row(type: number, offset: number, generation: number): string {
  const bytes = Buffer.alloc(8);
  bytes[0] = type;
  bytes.writeUIntBE(offset, 1, 5);
  bytes.writeUInt16BE(generation, 6);
  return bytes.toString('latin1');
}
