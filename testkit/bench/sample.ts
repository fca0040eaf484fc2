import { createHash } from 'node:crypto';

/**
 * A PDF of about `bytes` bytes: one page of text and an incompressible image, as a scanner or an office suite gives it.
 * Deterministic, so that runs compare.
 */
export function samplePdf(bytes: number): Uint8Array {
  const content = 'BT /F1 12 Tf 72 720 Td (Van ban do luong) Tj ET';
  const noise = Buffer.alloc(Math.max(64, bytes - 1100));
  for (let at = 0, block = 0; at < noise.length; block++)
    at += createHash('sha256').update(String(block)).digest().copy(noise, at);
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Im 6 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Type /XObject /Subtype /Image /Width 1 /Height ${noise.length} /ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${noise.length} >>\nstream\n${noise.toString('latin1')}\nendstream`,
  ];
  let text = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
  const rows = objects.map((object, i) => {
    const row = `${String(text.length).padStart(10, '0')} 00000 n \n`;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return row;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}
