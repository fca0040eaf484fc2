import { useEffect, useState } from 'react';
import { documentRoutes, type PlaceOnPage } from '@antin/protocol/office/documents';
import type { ToSign } from '@antin/protocol/office/signing';
import { addressOf } from '../../staff/client.ts';
import { openDocument } from '../pdf/open.ts';
import { fittedPlace, proposedPlace } from '../signing/proposed-place.ts';

export type Places = ReadonlyMap<string, PlaceOnPage | 'unreadable'>;

/** Where the file of a document is; its hash is in the address, so that an older content is never shown for it. */
export function addressOfMain(item: ToSign): string {
  const { fileId, sha256 } = item.main;
  return `${addressOf(documentRoutes.file, { params: { id: item.documentId, fileId } })}?h=${sha256.slice(0, 12)}`;
}

/**
 * The place of the signature on each chosen document: the drafter's, else found in its text. Files are opened one at a time,
 * and only those whose place is not known.
 *
 * @param ratio of the signer's picture, width by height; undefined while it loads
 */
export function usePlaces(chosen: readonly ToSign[], ratio: number | undefined) {
  const [places, setPlaces] = useState<Places>(new Map());
  const put = (id: string, place: PlaceOnPage | 'unreadable'): void => setPlaces((old) => new Map(old).set(id, place));
  const next = chosen.find((item) => !places.has(item.documentId));
  useEffect(() => {
    if (next === undefined || ratio === undefined) return;
    if (next.place !== undefined) return put(next.documentId, fittedPlace(next.place, ratio));
    let left = false;
    (async () => {
      const document = await openDocument({ url: addressOfMain(next) });
      try {
        const pages = await Promise.all(Array.from({ length: document.numPages }, (_, n) => document.getPage(n + 1)));
        const place = await proposedPlace(pages, next.signerName, ratio);
        if (!left) put(next.documentId, place);
      } finally {
        void document.loadingTask.destroy();
      }
    })().catch(() => {
      if (!left) put(next.documentId, 'unreadable');
    });
    return () => {
      left = true;
    };
  }, [next?.documentId, ratio]);
  return { places, put };
}
