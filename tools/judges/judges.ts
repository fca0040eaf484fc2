import { opensslCms, poppler, qpdf, xmlsec } from './debian.ts';
import { dss } from './dss.ts';
import { imprints } from './imprints.ts';
import type { Judge } from './judge.ts';
import { jose, libPdf, pkijsCms } from './npm.ts';
import { own } from './own.ts';
import { pyHanko } from './pyhanko.ts';

/** In the order of the matrix. */
export const judges: readonly Judge[] = [own, dss, pyHanko, imprints, opensslCms, xmlsec, poppler, qpdf, pkijsCms, jose, libPdf];
