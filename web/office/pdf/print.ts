import { openDocument } from './open.ts';

const DPI = 200;

/**
 * Prints a document from the page it is read on, whatever viewer the browser has: each page as a picture of 200 dpi.
 * The pictures are made one after another, so that a long document does not fill the memory.
 */
export async function printDocument(url: string): Promise<void> {
  const file = await openDocument({ url });
  const sheets = document.createElement('div');
  sheets.className = 'print-sheets';
  const urls: string[] = [];
  try {
    const canvas = document.createElement('canvas');
    for (let number = 1; number <= file.numPages; number += 1) {
      const page = await file.getPage(number);
      const viewport = page.getViewport({ scale: DPI / 72 });
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      await page.render({ canvas, viewport, intent: 'print' }).promise;
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
      if (blob === null) continue;
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      urls.push(image.src);
      image.alt = '';
      await image.decode();
      sheets.append(image);
    }
    document.body.append(sheets);
    document.body.classList.add('printing-sheets');
    window.print();
  } finally {
    document.body.classList.remove('printing-sheets');
    sheets.remove();
    for (const address of urls) URL.revokeObjectURL(address);
    void file.loadingTask.destroy();
  }
}
