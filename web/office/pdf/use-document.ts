import { useEffect, useState } from 'react';
import { openDocument, type PDFDocumentProxy, type PDFPageProxy } from './open.ts';

export type OpenedPdf =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'open'; readonly document: PDFDocumentProxy; readonly pages: readonly PDFPageProxy[] };

const PAGES_AT_ONCE = 400;

/** Opens an address, or a file that is still only here, and keeps the document until the page is left. */
export function usePdf(from: string | Blob | undefined): OpenedPdf {
  const [opened, setOpened] = useState<OpenedPdf>({ state: 'loading' });
  useEffect(() => {
    if (from === undefined) return;
    let left = false;
    let document: PDFDocumentProxy | undefined;
    setOpened({ state: 'loading' });
    (async () => {
      document = await openDocument(
        typeof from === 'string' ? { url: from } : { data: new Uint8Array(await from.arrayBuffer()) },
      );
      const count = Math.min(document.numPages, PAGES_AT_ONCE);
      const pages = await Promise.all(Array.from({ length: count }, (_, index) => document!.getPage(index + 1)));
      if (!left) setOpened({ state: 'open', document, pages });
    })().catch((cause: unknown) => {
      if (!left) setOpened({ state: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
    });
    return () => {
      left = true;
      void document?.loadingTask.destroy();
    };
  }, [from]);
  return opened;
}
