import type { Container } from './recognise.ts';
import type { Finding, SignatureReport, ValidationContext } from './types.ts';

/**
 * Data that the caller brought and no signature is over. Whoever brings a contract with a file and hears "valid" takes the contract
 * for signed, so it keeps the answer from passing: the one file there is, or each of several that is left over.
 */
export function unusedData(
  kind: Container['kind'],
  { detached, detachedByName, detachedNames = [] }: Pick<ValidationContext, 'detached' | 'detachedByName' | 'detachedNames'>,
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
  const finding = { code: 'detached.not-signed', clause: 'EN 319 102-1 5.2.7', message };
  if (unused && detachedNames.length < 2) return [finding];
  // A CMS takes the one file there is, whatever its name.
  if (detachedNames.length < 2 || (detached !== undefined && !unused)) return [];
  const left = unused ? detachedNames : unusedNames(signatures, detachedNames, detachedByName);
  return left
    .slice(0, MOST)
    .map((about) => ({ ...finding, about, message: `"${about}" was given, and no signature is over it` }));
}

/**
 * Of several files that were given, those that no signature is over: by what is found under its names, not by the names.
 *
 * @param names as `ValidationContext.detachedNames`
 */
export function unusedNames(
  signatures: readonly SignatureReport[],
  names: readonly string[],
  byName: ValidationContext['detachedByName'],
): readonly string[] {
  const covers = signatures.flatMap((one) => one.covers ?? []).filter((one) => one.kind === 'file');
  const used = new Set(covers.flatMap(({ name }) => spellings(name)).map((name) => byName?.(name)));
  return names.filter((name) => {
    const found = byName?.(name);
    return found === undefined || !used.has(found);
  });
}

const MOST = 20;

/** As references are looked up: without `./`, in either normal form. */
function spellings(name: string): string[] {
  const plain = name.replace(/^(\.\/)+/, '');
  return [name, plain, plain.normalize('NFC'), plain.normalize('NFD')];
}

const CARRY_ALL: ReadonlySet<string> = new Set(['pdf', 'asic', 'ooxml', 'mail']);
