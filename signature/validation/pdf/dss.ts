import { isArray, isDict, isRef, isStream } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { LimitReached } from '../limits.ts';
import type { Evidence } from '../types.ts';

/** Over all streams of one store, filters undone. */
const MOST_BYTES = 64 << 20;
const MOST_STREAMS = 2000;

const NONE: Evidence = { certificates: [], crls: [], ocsps: [] };

const stores = new WeakMap<PdfRevision, Evidence>();

/** What the document security store of a revision holds (EN 319 142-1 §5.4.2); evidence like any other, trusted for nothing. */
export function readDss(revision: PdfRevision): Evidence {
  let store = stores.get(revision);
  if (store === undefined) stores.set(revision, (store = storeOf(revision)));
  return store;
}

function storeOf(revision: PdfRevision): Evidence {
  const dss = revision.resolve(revision.catalog.entries.get('DSS'));
  if (!isDict(dss)) return NONE;
  let left = MOST_BYTES;
  const seen = new Set<number>();
  const read = (value: PdfObject | undefined): Uint8Array[] => {
    const list = revision.resolve(value);
    if (!isArray(list)) return [];
    return list.items.flatMap((item) => {
      if (isRef(item)) {
        if (seen.has(item.num)) return [];
        seen.add(item.num);
      }
      if (seen.size > MOST_STREAMS) throw new LimitReached('dss-streams', MOST_STREAMS);
      const stream = revision.resolve(item);
      if (!isStream(stream)) return [];
      const bytes = revision.decodeStream(stream, Math.max(1, left));
      left -= bytes.length;
      return [bytes];
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
