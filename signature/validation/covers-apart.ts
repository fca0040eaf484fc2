import type { Covered, Finding, SignatureReport } from './types.ts';

/** Of signatures that are not over the same: what each is over. */
export interface Apart {
  readonly signature: SignatureReport;
  readonly parts: readonly Covered[];
}

/**
 * Whether all signatures are over the same files or parts; empty where they are, or where there is one. Each may hold, and a stranger
 * with a good certificate has added a letter of his own to the container, or has signed a frame around what somebody else signed: who
 * hears both names takes both for signers of all of it.
 */
export function coversApart(signatures: readonly SignatureReport[]): readonly Apart[] {
  // Every signature of an Office file has to be over all of it.
  const own = signatures.filter((one) => one.format !== 'OOXML' && !countersigns(one));
  const apart = own.map((signature): Apart => ({ signature, parts: partsOf(signature) }));
  const keys = new Set(apart.map(({ parts }) => JSON.stringify(parts.map(({ kind, name }) => [kind, name]).toSorted())));
  return keys.size > 1 ? apart : [];
}

/** Who only signs another's signature has not signed the document. */
export function countersigns({ covers = [] }: SignatureReport): boolean {
  return covers.length > 0 && covers.every((one) => one.kind === 'signature');
}

export function apartFinding(signatures: readonly SignatureReport[]): readonly Finding[] {
  const apart = coversApart(signatures);
  if (apart.length === 0) return [];
  const message = `the signatures are over different things: ${apart.map(({ signature, parts }) => `${signature.id} over ${parts.map((one) => one.name).join(', ')}`).join('; ')}`;
  return [{ code: 'signatures.cover-apart', clause: 'EN 319 102-1 5.1.4', message: message.slice(0, 1000) }];
}

/** The whole document holds its parts; a container's own bookkeeping is nothing that people open. */
function partsOf({ covers = [] }: SignatureReport): readonly Covered[] {
  const whole = covers.find((one) => one.kind === 'document');
  if (whole !== undefined) return [whole];
  const seen = new Set<string>();
  return covers.filter(({ kind, name }) => {
    const key = `${kind} ${name.normalize('NFC')}`;
    if (kind === 'signature' || (kind === 'file' && name.startsWith('META-INF/')) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
