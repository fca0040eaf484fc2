import type * as PdfJs from 'pdfjs-dist';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';

export type { PDFDocumentProxy, PDFPageProxy };

interface Opened {
  readonly pdfjs: typeof PdfJs;
  readonly worker: PdfJs.PDFWorker;
}

let library: Promise<Opened> | undefined;

/** pdf.js and its worker, loaded with the first document that is looked at; the worker serves all of them. */
function load(): Promise<Opened> {
  library ??= import('pdfjs-dist').then((pdfjs) => {
    const port = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    return { pdfjs, worker: pdfjs.PDFWorker.create({ port }) };
  });
  return library;
}

export async function pdfLibrary(): Promise<typeof PdfJs> {
  return (await load()).pdfjs;
}

/** Opens bytes or an address of the same origin. Scripts and forms of the file never run. */
export async function openDocument(from: { readonly url: string } | { readonly data: Uint8Array }): Promise<PDFDocumentProxy> {
  const { pdfjs, worker } = await load();
  const base = `${import.meta.env.BASE_URL}assets/pdfjs/`;
  return pdfjs.getDocument({
    ...from,
    worker,
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
