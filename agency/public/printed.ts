import { nodeCrypto } from '@antin/adapters/crypto/node';
import { HttpRefusal } from '@antin/adapters/http/fault';
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
 * @throws {HttpRefusal} `verify.seal-unavailable`
 */
export async function printedReport(
  report: ValidationReport,
  language: Language,
  at: number,
  seal: (() => Promise<SigningKey>) | undefined,
): Promise<Uint8Array> {
  const pdf = validationReportPdf(report, language, { seal: seal !== undefined });
  if (seal === undefined) return pdf;
  const appended = await sealed(pdf, at, seal).catch((cause: unknown) => {
    // Never without, where it says that it has one.
    throw new HttpRefusal('verify.seal-unavailable', { cause });
  });
  return concatBytes(pdf, appended);
}

async function sealed(pdf: Uint8Array, at: number, seal: () => Promise<SigningKey>): Promise<Uint8Array> {
  return signPades(memorySource(pdf), await seal(), {
    door: nodeCrypto,
    inflate: nodeInflate,
    deflate: nodeDeflate,
    signingTime: at,
    level: 'B-B',
  });
}
