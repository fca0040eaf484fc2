import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { validationReportPdf } from '@antin/adapters/print/validation-report';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { digestOf } from '@antin/pki/crypto';
import { signPades } from '@antin/signature/pades/sign';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { Language } from '@antin/signature/words/catalogue';
import type { Io } from '../io.ts';
import { openKey } from './sign/key.ts';
import { checkOutput, writeOutput } from './sign/output.ts';

export interface PrintOptions {
  readonly output: string;
  readonly force: boolean;
  readonly language: Language;
  /** The verifier's own seal; without it the report is plain paper. */
  readonly seal: { readonly file: string; readonly passFile: string } | undefined;
  readonly profile: 'practice' | 'production';
  /** Claimed time of the seal, ms since 1970. */
  readonly now: number;
}

/** Nothing is judged for a report that could not be written. @throws {SignFault} `sign.output-*` */
export function checkPrint(input: string, { output, force }: Pick<PrintOptions, 'output' | 'force'>): void {
  checkOutput([input], output, force);
}

/** Writes the printable report, sealed where there is a key for it. @throws {SignFault} as `antin sign` does */
export async function printReport(report: ValidationReport, options: PrintOptions, io: Io): Promise<void> {
  let pdf = validationReportPdf(report, options.language, { seal: options.seal !== undefined });
  if (options.seal !== undefined) {
    const place = { kind: 'p12', ...options.seal } as const;
    const asked = { key: place, profile: options.profile, alias: undefined, digest: undefined, pss: false, values: 1 };
    await using key = await openKey(asked, io);
    const appended = await signPades(memorySource(pdf), key, {
      door: nodeCrypto,
      inflate: nodeInflate,
      deflate: nodeDeflate,
      signingTime: options.now,
      level: 'B-B',
    });
    pdf = concatBytes(pdf, appended);
  }
  const sha256 = toHex(digestOf(nodeCrypto, 'SHA-256', pdf));
  writeOutput(memorySource(pdf), { output: options.output, force: options.force, sha256 });
}
