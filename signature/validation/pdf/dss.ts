import { isArray, isDict, isStream } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { Evidence } from '../types.ts';

const NONE: Evidence = { certificates: [], crls: [], ocsps: [] };

/** What the document security store of a revision holds (EN 319 142-1 §5.4.2); evidence like any other, trusted for nothing. */
export function readDss(revision: PdfRevision): Evidence {
  const dss = revision.resolve(revision.catalog.entries.get('DSS'));
  if (!isDict(dss)) return NONE;
  const read = (value: PdfObject | undefined): Uint8Array[] => {
    const list = revision.resolve(value);
    if (!isArray(list)) return [];
    return list.items.flatMap((item) => {
      const stream = revision.resolve(item);
      return isStream(stream) ? [revision.decodeStream(stream, 64 << 20)] : [];
    });
  };
  return {
    certificates: read(dss.entries.get('Certs')),
    crls: read(dss.entries.get('CRLs')),
    ocsps: read(dss.entries.get('OCSPs')),
  };
}

export function hasDss(revision: PdfRevision): boolean {
  return isDict(revision.resolve(revision.catalog.entries.get('DSS')));
}
