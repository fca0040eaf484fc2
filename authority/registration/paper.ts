import { nodeInflate } from '@antin/adapters/inflate/node';
import { requestPaper } from '@antin/adapters/print/request-paper';
import { comparePrints } from '@antin/adapters/print/same-print';
import type { FoundRequest } from './read-request.ts';

/** The print that travels beside a request. */
export const PAPER_FILE = 'request.pdf';

/**
 * Where the print beside a request is not what this side prints of it: an officer who opens the paper would read something else than
 * what is decided about. A request without a print has nothing to differ.
 *
 * @returns undefined when they say the same; else a detail for an officer
 */
export async function paperDiffers(found: FoundRequest): Promise<string | undefined> {
  const paper = found.beside.find((one) => one.name === PAPER_FILE);
  if (paper === undefined) return undefined;
  const compared = comparePrints(await requestPaper(found.request, found.sha256), paper.content, nodeInflate);
  if (compared.same) return undefined;
  return compared.page === undefined ? PAPER_FILE : `${PAPER_FILE}, page ${compared.page}`;
}
