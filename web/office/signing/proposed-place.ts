import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { PDFPageProxy } from '../pdf/open.ts';
import { proposeSignature } from '../pdf/propose.ts';
import { pageText } from '../pdf/text-lines.ts';

const WIDTH = 120;

/** A state seal is 36 mm wide, drawn in its real size. */
export const SEAL_POINTS = (36 / 25.4) * 72;

/** The confirmed place is kept in the middle; the picture keeps its own proportion. @param ratio width by height */
export function fittedPlace(from: PlaceOnPage, ratio: number): PlaceOnPage {
  const width = Math.min(from.rect[2], WIDTH * 1.5);
  const height = width / ratio;
  return {
    page: from.page,
    rect: [from.rect[0] + (from.rect[2] - width) / 2, from.rect[1] + (from.rect[3] - height) / 2, width, height],
  };
}

/** Above the signer's printed name, else at the lower right of the last page. */
export async function proposedPlace(pages: readonly PDFPageProxy[], signerName: string, ratio: number): Promise<PlaceOnPage> {
  const texts = await Promise.all(pages.map((one) => pageText(one)));
  const size = texts.at(-1) ?? { width: 595, height: 842 };
  const found = proposeSignature(texts, signerName) ?? {
    page: texts.length,
    rect: [size.width - 57 - WIDTH, size.height * 0.2, WIDTH, WIDTH / ratio],
  };
  return fittedPlace(found, ratio);
}
