/** Small PDFs with every byte under control: the honest twin and the broken one differ where the test says, nowhere else. */

export interface BuiltPdf {
  readonly bytes: Uint8Array;
  /** Offsets of the objects by number. */
  readonly offsets: ReadonlyMap<number, number>;
  readonly startxref: number;
}

export interface BuildOptions {
  readonly header?: string;
  /** More trailer entries, e.g. `/ID [<00> <00>]`. */
  readonly trailer?: string;
  readonly size?: number;
  readonly end?: string;
}

/** A classic file of numbered objects, written in the order given. */
export function buildPdf(objects: Readonly<Record<number, string>>, options: BuildOptions = {}): BuiltPdf {
  let out = options.header ?? '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
  const offsets = new Map<number, number>();
  for (const [num, body] of Object.entries(objects)) {
    offsets.set(Number(num), out.length);
    out += `${num} 0 obj\n${body}\nendobj\n`;
  }
  const startxref = out.length;
  const highest = Math.max(...offsets.keys());
  out += `xref\n0 ${highest + 1}\n0000000000 65535 f \n`;
  for (let num = 1; num <= highest; num++) {
    const at = offsets.get(num);
    out += at === undefined ? '0000000000 00000 f \n' : `${String(at).padStart(10, '0')} 00000 n \n`;
  }
  out += `trailer\n<</Size ${options.size ?? highest + 1} /Root 1 0 R ${options.trailer ?? ''}>>\n`;
  out += `startxref\n${startxref}\n%%EOF${options.end ?? '\n'}`;
  return { bytes: Uint8Array.from(out, (c) => c.charCodeAt(0)), offsets, startxref };
}

/** Catalog, page tree and pages; objects from 10 on are free for the test. */
export function plainObjects(pages: readonly string[] = ['']): Record<number, string> {
  const objects: Record<number, string> = {
    1: '<</Type/Catalog/Pages 2 0 R>>',
    2: `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, i) => `${100 + i} 0 R`).join(' ')}]/MediaBox[0 0 595 842]>>`,
  };
  pages.forEach((more, i) => {
    objects[100 + i] = `<</Type/Page/Parent 2 0 R/Resources<<>>${more}>>`;
  });
  return objects;
}

/** Appends one classic revision by hand. */
export function appendRevision(
  base: BuiltPdf,
  objects: Readonly<Record<number, string>>,
  options: { readonly prev?: number; readonly trailer?: string; readonly size?: number } = {},
): BuiltPdf {
  let out = String.fromCharCode(...base.bytes);
  const offsets = new Map(base.offsets);
  for (const [num, body] of Object.entries(objects)) {
    offsets.set(Number(num), out.length);
    out += `${num} 0 obj\n${body}\nendobj\n`;
  }
  const startxref = out.length;
  out += 'xref\n';
  for (const num of Object.keys(objects)) out += `${num} 1\n${String(offsets.get(Number(num))).padStart(10, '0')} 00000 n \n`;
  const size = options.size ?? Math.max(...offsets.keys()) + 1;
  out += `trailer\n<</Size ${size} /Root 1 0 R /Prev ${options.prev ?? base.startxref} ${options.trailer ?? ''}>>\n`;
  out += `startxref\n${startxref}\n%%EOF\n`;
  return { bytes: Uint8Array.from(out, (c) => c.charCodeAt(0)), offsets, startxref };
}

/** A hybrid file (§7.5.8.4): object 10 is hidden from readers of tables and shown by the stream that /XRefStm names. */
export function hybridPdf(): Uint8Array {
  const head = '%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Hidden 10 0 R>>\nendobj\n';
  const tree = '2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n';
  const page = '3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources<<>>>>\nendobj\n';
  const hiddenAt = head.length + tree.length + page.length;
  const hidden = '10 0 obj\n(shown)\nendobj\n';
  const stmAt = hiddenAt + hidden.length;
  const row = String.fromCharCode(1, hiddenAt >> 8, hiddenAt & 255, 0);
  const stm = `11 0 obj\n<</Type/XRef/Size 12/W[1 2 1]/Index[10 1]/Length 4>>\nstream\n${row}\nendstream\nendobj\n`;
  const at = [head.indexOf('1 0 obj'), head.length, head.length + tree.length];
  const rows = at.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 4\n0000000000 65535 f \n${rows}10 1\n0000000000 00000 f \n`;
  const end = `trailer\n<</Size 12/Root 1 0 R/XRefStm ${stmAt}>>\nstartxref\n${stmAt + stm.length}\n%%EOF\n`;
  return Uint8Array.from(head + tree + page + hidden + stm + table + end, (c) => c.charCodeAt(0));
}
