import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor } from '@antin/pki/crypto';
import { validate } from '@antin/signature/validation/validate';
import type { Key, Size } from './desk.ts';
import {
  at,
  entityOf,
  evidence,
  LONG,
  once,
  pdfOf,
  pki,
  rawJudging,
  rawVerifying,
  signPdf,
  signPdfLongTerm,
  SMALL,
  verificationsOf,
} from './desk.ts';
import type { Contest, Planned } from './figure.ts';

type Level = 'B-B' | 'B-T' | 'B-LT';

/** The compiler is done with so much code only after some ten thousand files. */
const WARM_MS = 6000;

/**
 * Twice each. As a service judges: issuers and their lists are the same from file to file and are remembered, so the limit is one
 * SHA-256 pass and the verification of each value that only this file has (the signer's, the time-stamp's). And with
 * nothing remembered of any verification: then the limit is the pass and every verification that the case needs, those of
 * the certificates and lists of all paths included. Opening: against one SHA-256 pass.
 */
export const JUDGING: readonly Planned[] = [
  ...both(SMALL, 'B-B', 'rsa-2048', 0.25),
  ...both(SMALL, 'B-B', 'p-256', 0.25),
  ...both(SMALL, 'B-T', 'rsa-2048'),
  ...both(SMALL, 'B-T', 'p-256'),
  ...both(SMALL, 'B-LT', 'rsa-2048', 0.2),
  ...both(SMALL, 'B-LT', 'p-256', 0.2),
  ...both(LONG, 'B-B', 'rsa-2048', 0.3),
  ...both(LONG, 'B-B', 'p-256', 0.3),
  { name: `open/pdf/${LONG}`, make: opening },
];

async function signedAt(level: Level, size: Size, key: Key): Promise<Uint8Array> {
  const pdf = pdfOf(size);
  return concatBytes(pdf, await (level === 'B-LT' ? signPdfLongTerm(pdf, key) : signPdf(pdf, key, level)));
}

function both(size: Size, level: Level, key: Key, asked?: number): readonly Planned[] {
  const name = `validate/pades-${level.toLowerCase()}/${size}/${key}`;
  const more = { warmMs: WARM_MS, ...(asked === undefined ? {} : { asked }) };
  return [
    { name, make: async () => ({ ...(await judging(size, level, key, true)), ...more }) },
    { name: `${name}/nothing-remembered`, make: async () => ({ ...(await judging(size, level, key, false)), ...more }) },
  ];
}

async function judging(size: Size, level: Level, key: Key, remembers: boolean): Promise<Omit<Contest, 'name'>> {
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
  if (remembers) {
    const signers = [entityOf(key), ...(level === 'B-B' ? [] : [pki.entity('tsa')])];
    return { work: () => void validate(memorySource(signed), context), limit: rawJudging(signed, signers) };
  }
  // What was verified is remembered beside the door that was asked: behind a new door there is nothing.
  const work = (door: CryptoDoor) => void validate(memorySource(signed), { ...context, door });
  const needed = verificationsOf(work);
  const expected = NEEDED[level === 'B-B' ? 'B-B' : 'B-T'][key === 'rsa-2048' ? 'rsa' : 'ec'];
  if (needed.length !== expected) throw new Error(`${needed.length} verifications where the case needs ${expected}`);
  return { work: () => work({ ...nodeCrypto }), limit: rawVerifying(signed, needed) };
}

/**
 * Counted by hand, so that no verification too many makes the limit look high: the value; the signer's certificate, its
 * authority's, and a list for each. With a time-stamp its value and its unit's certificate, which the authority of P-256
 * issued: beside an RSA signature that authority's certificate and list come in too.
 */
const NEEDED = { 'B-B': { ec: 5, rsa: 5 }, 'B-T': { ec: 7, rsa: 9 } } as const;

function opening(): Omit<Contest, 'name'> {
  const pdf = pdfOf(LONG);
  return {
    work: () => void openPdf(memorySource(pdf), { inflate: nodeInflate, mode: 'strict' }).last.page(0),
    limit: () => void digestOf(nodeCrypto, 'SHA-256', pdf),
  };
}
