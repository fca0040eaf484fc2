import type { Container } from './recognise.ts';
import type { Finding, SignatureReport, ValidationContext } from './types.ts';

/**
 * Data that the caller brought and no signature is over. Whoever brings a contract with a file and hears "valid" takes the contract
 * for signed, so it keeps the answer from passing.
 */
export function unusedData(
  kind: Container['kind'],
  { detached, detachedByName }: Pick<ValidationContext, 'detached' | 'detachedByName'>,
  signatures: readonly SignatureReport[],
): readonly Finding[] {
  if (signatures.length === 0) return [];
  const covered = new Set(signatures.flatMap((one) => one.covers ?? []).map((one) => one.kind));
  const unused =
    // A CMS and a JWS hold what they carry against what was brought; these carry everything themselves.
    (CARRY_ALL.has(kind) && (detached !== undefined || detachedByName !== undefined)) ||
    (kind === 'xml' && detached !== undefined && !covered.has('file')) ||
    (kind === 'json' && detached !== undefined && !covered.has('file') && !covered.has('payload'));
  const message = 'data were given beside the file, and no signature in it is over them';
  return unused ? [{ code: 'detached.not-signed', clause: 'EN 319 102-1 5.2.7', message }] : [];
}

const CARRY_ALL: ReadonlySet<string> = new Set(['pdf', 'asic', 'ooxml', 'mail']);
