import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import { concatBytes } from '@antin/formats/bytes/bytes';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { openPdf } from '@antin/formats/pdf/file';
import { nameText } from '@antin/pki/x509/name';
import { SignatureFault } from '../fault.ts';
import { gatherEvidence, joined } from '../making/evidence.ts';
import type { Subject } from '../making/evidence.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { requireAlive } from '../making/require-alive.ts';
import { requireIntact } from '../making/require-intact.ts';
import { timestampPdf } from './document-time-stamp.ts';
import type { Deflate } from './image.ts';
import { readSignedPdf } from './read-signed.ts';
import type { SignedPdf } from './read-signed.ts';
import { appendSecurityStore } from './security-store.ts';
import type { StoreOptions } from './security-store.ts';
import { appendedSource } from './to-be-signed.ts';

export interface ExtendPadesOptions extends ExtendOptions {
  readonly inflate: Inflate;
  /** For a file that is encrypted; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
  readonly deflate?: Deflate;
  /** Largest time-stamp token expected; a larger one is asked for again. */
  readonly tokenBytes?: number;
  /** Full names of the signature fields to raise; all when absent. Others stay as they are, whatever they are worth. */
  readonly fields?: readonly string[];
}

/**
 * Raises all signatures of a PDF, ours or others', to a level. Appends only: what was signed stays byte for byte.
 *
 * B-T: signatures without a time-stamp of their own (the token came late or did not fit) get a document time-stamp together.
 * B-LT: the security store gets certificates and revocation data of all chains, those of time-stamps and OCSP responders too.
 * B-LTA: a document time-stamp over it all. Done again on a B-LTA file, it renews the protection: the evidence for the last
 * time-stamp is stored and a new one put over it.
 *
 * @returns the bytes to append to `source`, possibly several revisions; empty when the level is already reached
 * @throws {FormatFault} `pdf.*`
 * @throws {SignatureFault} `extend.nothing-signed`, `extend.signature-broken`, `extend.unreadable`, `extend.expired`,
 *   `extend.no-chain`, `extend.revoked`, `extend.evidence-missing`, `pades.locked-by-certification`, `pades.password-forbids`; and what the sources throw
 * @see ETSI EN 319 142-1 clause 6
 */
export async function extendPades(source: ByteSource, options: ExtendPadesOptions): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let now = source;
  const append = (bytes: Uint8Array): void => {
    parts.push(bytes);
    now = appendedSource(now, bytes);
  };
  const { inflate, decryption } = options;
  const read = (): SignedPdf => readSignedPdf(openPdf(now, { inflate, mode: 'strict', decryption }), options.fields);
  requireIntact(source, options);
  let signed = read();
  if (signed.signatures.length + signed.documentStamps.length === 0) {
    throw new SignatureFault('extend.nothing-signed', 'the file carries no signature and no time-stamp');
  }
  const unstamped = signed.signatures.filter((one) => one.stamps.length === 0);
  for (const { certificate } of unstamped) requireAlive(certificate.notAfter, nameText(certificate.subject), options.at);
  if (unstamped.length > 0) {
    append(await timestampPdf(now, options));
    signed = read();
  }
  if (options.level === 'B-T') return concatBytes(...parts);
  return concatBytes(...parts, ...(await preserve(now, signed, { ...options, level: options.level })));
}

/**
 * The steps above B-T, for signatures that are known to hold: evidence for all their chains, and a time-stamp over it all.
 *
 * @param signed what `source` carries
 * @returns revisions to append to `source`
 */
export async function preserve(
  source: ByteSource,
  signed: SignedPdf,
  options: Omit<ExtendPadesOptions, 'level'> & Pick<StoreOptions, 'unlocked'> & { readonly level: 'B-LT' | 'B-LTA' },
): Promise<Uint8Array[]> {
  const needed = await gatherEvidence(subjectsOf(signed, options), {
    door: options.door,
    anchors: options.anchors,
    ...(options.tsaAnchors === undefined ? {} : { tsaAnchors: options.tsaAnchors }),
    now: options.at,
    known: joined(signed.evidence, options.evidence),
    evidenceFor: options.evidenceFor,
  });
  const store = appendSecurityStore(source, needed, options);
  const stored = store === undefined ? [] : [store];
  if (options.level === 'B-LT') return stored;
  return [...stored, await timestampPdf(store === undefined ? source : appendedSource(source, store), options)];
}

/** Every signer for the time its earliest time-stamp proves; every authority for the time the next document time-stamp proves. */
function subjectsOf(
  { signatures, documentStamps }: SignedPdf,
  { at, fields }: Pick<ExtendPadesOptions, 'at' | 'fields'>,
): Subject[] {
  const latest = (after: number): number => Math.min(at, ...documentStamps.map((one) => one.genTime).filter((t) => t > after));
  const out: Subject[] = signatures.map(({ certificate, stamps }) => ({
    certificate,
    purpose: 'signer',
    at: Math.min(at, ...stamps.map((one) => one.genTime)),
  }));
  // Where only some signatures are asked for, time-stamps that do not cover them need not be of anybody known.
  const alone = fields === undefined ? documentStamps : [];
  for (const stamp of new Set([...signatures.flatMap((one) => one.stamps), ...alone])) {
    out.push({ certificate: stamp.certificate, purpose: 'time-stamp', at: latest(stamp.genTime) });
  }
  return out;
}
