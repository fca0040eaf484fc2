import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';

export type { PDFDocumentProxy, PDFPageProxy };

type Library = typeof import('pdfjs-dist');

let library: Promise<{ readonly pdfjs: Library; readonly worker: InstanceType<Library['PDFWorker']> }> | undefined;

/**
 * pdf.js and its worker, loaded with the first document that is looked at.
 *
 * The worker is ours and is handed to each document: one that pdf.js makes itself ends with the first document closed.
 */
export function pdfLibrary(): NonNullable<typeof library> {
  library ??= import('pdfjs-dist').then((pdfjs) => {
    const port = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    return { pdfjs, worker: pdfjs.PDFWorker.create({ port } as unknown as Parameters<Library['PDFWorker']['create']>[0]) };
  });
  return library;
}

/** Opens bytes or an address of the same origin. Scripts and forms of the file never run. */
export async function openDocument(from: { readonly url: string } | { readonly data: Uint8Array }): Promise<PDFDocumentProxy> {
  const { pdfjs, worker } = await pdfLibrary();
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
