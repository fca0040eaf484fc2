import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { validationReportPdf } from '@antin/adapters/print/validation-report';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { SigningKey } from '@antin/signature/making/signer';
import { signPades } from '@antin/signature/pades/sign';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Language } from '@antin/signature/words/catalogue';

/**
 * The report for people as PDF, sealed by who runs this installation where there is a key for it: whoever is shown the paper later can
 * check that this installation said so.
 *
 * @param at claimed time of the seal, ms since 1970
 */
export async function printedReport(
  report: ValidationReport,
  language: Language,
  at: number,
  seal: (() => Promise<SigningKey>) | undefined,
): Promise<Uint8Array> {
  const pdf = validationReportPdf(report, language);
  if (seal === undefined) return pdf;
  const appended = await signPades(memorySource(pdf), await seal(), {
    door: nodeCrypto,
    inflate: nodeInflate,
    deflate: nodeDeflate,
    signingTime: at,
    level: 'B-B',
  });
  return concatBytes(pdf, appended);
}
