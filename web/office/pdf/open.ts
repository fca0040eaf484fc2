import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';

export type { PDFDocumentProxy, PDFPageProxy };

let library: Promise<typeof import('pdfjs-dist')> | undefined;

/** pdf.js and its worker, loaded with the first document that is looked at. */
export function pdfLibrary(): Promise<typeof import('pdfjs-dist')> {
  library ??= import('pdfjs-dist').then((pdfjs) => {
    pdfjs.GlobalWorkerOptions.workerPort = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    return pdfjs;
  });
  return library;
}

/** Opens bytes or an address of the same origin. Scripts and forms of the file never run. */
export async function openDocument(from: { readonly url: string } | { readonly data: Uint8Array }): Promise<PDFDocumentProxy> {
  const pdfjs = await pdfLibrary();
  const base = `${import.meta.env.BASE_URL}assets/pdfjs/`;
  return pdfjs.getDocument({
    ...from,
    standardFontDataUrl: `${base}standard_fonts/`,
    cMapUrl: `${base}cmaps/`,
    cMapPacked: true,
    wasmUrl: `${base}wasm/`,
    iccUrl: `${base}iccs/`,
    useWasm: false,
    enableXfa: false,
    stopAtErrors: false,
  }).promise;
}
