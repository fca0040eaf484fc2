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
