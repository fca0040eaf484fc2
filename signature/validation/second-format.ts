import { fromLatin1 } from '@antin/formats/bytes/bytes';
import type { ZipEntry, ZipFile } from '@antin/formats/zip/reader';

/**
 * Where an archive is a PDF as well. A PDF reader looks for its header in the first kilobyte and for its trailer at the end: in the
 * content of an entry that is signed that is a file that was signed; in a header, an extra field, the comment or an entry that
 * nobody signs it is a second document for other eyes.
 *
 * @returns byte offset, undefined when it is none
 */
export function pdfOutside({ source, entries, comment }: ZipFile, isSigned: (entry: ZipEntry) => boolean): number | undefined {
  if (/%PDF-|startxref/.test(fromLatin1(comment))) return source.size - comment.length;
  const head = fromLatin1(source.read(0, Math.min(source.size, 1029)));
  for (let at = head.indexOf('%PDF-'); at >= 0; at = head.indexOf('%PDF-', at + 1)) {
    const holder = entries.find((one) => at >= one.dataStart && at < one.dataStart + one.compressedSize);
    if (holder === undefined || !isSigned(holder)) return at;
  }
  return undefined;
}
