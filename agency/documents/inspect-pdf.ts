import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { isDict } from '@antin/formats/pdf/objects';
import { SignatureFault } from '@antin/signature/fault';
import { formFields } from '@antin/signature/pades/acro-form';
import { readPermissions } from '@antin/signature/pades/permissions';
import { displayedSize } from '@antin/signature/pades/placement';
import { openForUpdate } from '@antin/signature/pades/prepare';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';
import { activeContent } from './active-content.ts';

export interface PdfFacts {
  /** As the reader sees them, in points. */
  readonly pages: { width: number; height: number }[];
  /** Signed signature fields. */
  readonly signatures: number;
}

/** Reading stops here: page sizes of more pages are of no use to a form, and the object would be huge. */
const MAX_PAGES = 5000;

/**
 * Whether a PDF can be signed and numbered here, and what the drafter's page must know of it.
 *
 * Opened by the door that will later append to it, so that what is accepted here can be signed there.
 *
 * @returns refusal `upload.pdf-encrypted`, `upload.pdf-damaged`, `upload.pdf-no-page`, `upload.pdf-too-many-pages`,
 *   `upload.pdf-active-content`, `upload.pdf-too-complex`, `upload.pdf-locked`
 */
export function inspectPdf(source: ByteSource, inflate: Inflate): Decision<PdfFacts> {
  try {
    const file = openForUpdate(source, inflate);
    const pages: { width: number; height: number }[] = [];
    for (const page of file.last.walkPages()) {
      if (pages.length === MAX_PAGES) return refused('upload.pdf-too-many-pages');
      const { width, height } = displayedSize(page);
      if (!(width > 0 && height > 0)) return refused('upload.pdf-damaged');
      pages.push({ width, height });
    }
    if (pages.length === 0) return refused('upload.pdf-no-page');
    const found = activeContent(file);
    if (found === 'too-complex') return refused('upload.pdf-too-complex');
    if (found !== undefined) return refused('upload.pdf-active-content');
    const resolve = file.last.resolve.bind(file.last);
    const fields = formFields(file.last, resolve);
    const signatures = fields.filter((field) => field.type === 'Sig' && isDict(field.value)).length;
    // A certified file says what may still be added; our fields and signatures are not among it.
    const permissions = readPermissions(file.last, fields, resolve);
    if (permissions.p !== undefined || permissions.locks('dau-co-quan')) return refused('upload.pdf-locked');
    return allowed({ pages, signatures });
  } catch (fault) {
    if (!(fault instanceof FormatFault) && !(fault instanceof SignatureFault)) throw fault;
    if (fault.code === 'pdf.encrypted') return refused('upload.pdf-encrypted');
    if (fault.code === 'pdf.no-page') return refused('upload.pdf-no-page');
    return refused('upload.pdf-damaged');
  }
}
