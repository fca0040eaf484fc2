import type { Finding, SignatureReport } from '../types.ts';
import type { AsicParts } from './parts.ts';

const MOST = 50;

/**
 * Files that no passing signature is over. Whoever opens the container takes them for part of what was signed, so each keeps the
 * whole from passing.
 *
 * @see docs/decisions/2026-11-21-every-file-of-a-container-is-signed.md
 */
export function uncovered(parts: AsicParts, signatures: readonly SignatureReport[]): readonly Finding[] {
  if (signatures.length === 0) return [];
  const passing = coveredBy(signatures.filter((one) => one.indication === 'TOTAL_PASSED'));
  const any = coveredBy(signatures);
  const left = parts.dataFiles.filter((name) => !passing.has(key(name)));
  const findings = left.slice(0, MOST).map((name): Finding => {
    const why = any.has(key(name)) ? 'is covered by no signature that passes' : 'is covered by no signature';
    return { code: 'asic.not-covered', clause: 'EN 319 162-1 4.4.2', message: `"${name}" ${why}`, about: name };
  });
  if (left.length <= MOST) return findings;
  return [...findings, { code: 'asic.not-covered', clause: 'EN 319 162-1 4.4.2', message: `and ${left.length - MOST} more` }];
}

function coveredBy(signatures: readonly SignatureReport[]): ReadonlySet<string> {
  const parts = signatures.flatMap((one) => one.covers ?? []);
  return new Set(parts.filter((one) => one.kind === 'file' && one.intact === true).map((one) => key(one.name)));
}

function key(name: string): string {
  return name.replace(/^\.?\//, '').normalize('NFC');
}
