import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { digestOf } from '@antin/pki/crypto';
import { validate } from '@antin/signature/validation/validate';
import type { Key, Size } from './desk.ts';
import { at, entityOf, evidence, LONG, once, pdfOf, pki, rawJudging, signPdf, signPdfLongTerm, SMALL } from './desk.ts';
import type { Contest, Planned } from './figure.ts';

type Level = 'B-B' | 'B-T' | 'B-LT';

/**
 * Against one SHA-256 pass and the verification of each value that only this file has (the signer's, the time-stamp's);
 * issuers and their lists are the same from file to file and are remembered. Opening: against one SHA-256 pass.
 */
export const JUDGING: readonly Planned[] = [
  validating(SMALL, 'B-B', 'rsa-2048', 0.25),
  validating(SMALL, 'B-B', 'p-256', 0.25),
  validating(SMALL, 'B-T', 'rsa-2048'),
  validating(SMALL, 'B-T', 'p-256'),
  validating(SMALL, 'B-LT', 'rsa-2048', 0.2),
  validating(SMALL, 'B-LT', 'p-256', 0.2),
  validating(LONG, 'B-B', 'rsa-2048', 0.3),
  validating(LONG, 'B-B', 'p-256', 0.3),
  { name: `open/pdf/${LONG}`, make: opening },
];

async function signedAt(level: Level, size: Size, key: Key): Promise<Uint8Array> {
  const pdf = pdfOf(size);
  return level === 'B-LT' ? signPdfLongTerm(pdf, key) : concatBytes(pdf, await signPdf(pdf, key, level));
}

function validating(size: Size, level: Level, key: Key, asked?: number): Planned {
  const name = `validate/pades-${level.toLowerCase()}/${size}/${key}`;
  return { name, make: async () => ({ ...(await judging(size, level, key)), ...(asked === undefined ? {} : { asked }) }) };
}

async function judging(size: Size, level: Level, key: Key): Promise<Omit<Contest, 'name'>> {
  const signed = await signedAt(level, size, key);
  // What a B-LT file brings itself is not brought twice.
  const none = { certificates: [], crls: [], ocsps: [] };
  const context = {
    door: nodeCrypto,
    inflate: nodeInflate,
    trust: once('anchors', () => pki.anchors),
    evidence: level === 'B-LT' ? none : evidence(),
    at,
  };
  const { report } = validate(memorySource(signed), context);
  // A figure of wrong answers would be worse than none.
  if (report.verdict !== 'valid' || report.signatures[0]?.level !== level)
    throw new Error(`the ${level} file is judged ${report.verdict}: ${JSON.stringify(report.signatures[0]?.errors)}`);
  const signers = [entityOf(key), ...(level === 'B-B' ? [] : [pki.entity('tsa')])];
  return { work: () => void validate(memorySource(signed), context), limit: rawJudging(signed, signers) };
}

function opening(): Omit<Contest, 'name'> {
  const pdf = pdfOf(LONG);
  return {
    work: () => void openPdf(memorySource(pdf), { inflate: nodeInflate, mode: 'strict' }).last.page(0),
    limit: () => void digestOf(nodeCrypto, 'SHA-256', pdf),
  };
}
