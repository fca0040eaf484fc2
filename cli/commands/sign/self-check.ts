import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { SignatureReport } from '@antin/signature/validation/types';
import { validate } from '@antin/signature/validation/validate';
import { SignFault } from './fault.ts';

/**
 * What our own judge would call broken is not written: the new signature must be intact and about the whole file, and no
 * earlier one may fail that did not fail before. Trust and revocation are not asked: they are the reader's affair.
 *
 * @param field full name of the field just signed
 * @param at milliseconds since 1970
 * @throws {SignFault} `sign.not-verifiable`, `sign.breaks-earlier`
 */
export function requireIntact(before: ByteSource, after: ByteSource, field: string, at: number): void {
  const signatures = judged(after, at);
  const own = signatures.find((one) => one.field === field && one.coverage === 'file');
  if (own === undefined || !own.intact || !own.cryptoValid || own.indication === 'TOTAL_FAILED') {
    const why = own?.errors.find((error) => !error.code.startsWith('trust.'))?.code ?? 'it is not found';
    throw new SignFault('sign.not-verifiable', `the signature made would not verify (${why}); nothing is written`);
  }
  const failing = signatures.filter((one) => one !== own && one.indication === 'TOTAL_FAILED');
  if (failing.length === 0) return;
  const known = judged(before, at);
  const broken = failing.find((one) => !known.some((old) => old.field === one.field && old.indication === 'TOTAL_FAILED'));
  if (broken !== undefined) {
    throw new SignFault('sign.breaks-earlier', `the signature “${broken.field}” would no longer verify; nothing is written`);
  }
}

function judged(source: ByteSource, at: number): readonly SignatureReport[] {
  const evidence = { certificates: [], crls: [], ocsps: [] };
  return validate(source, { door: nodeCrypto, inflate: nodeInflate, trust: [], evidence, at }).report.signatures;
}
