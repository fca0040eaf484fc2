import { concatBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { PdfFile } from '@antin/formats/pdf/file';
import { beginUpdate } from '@antin/formats/pdf/update';
import type { ExtendOptions } from '../making/extend-options.ts';
import { requireStampHolds } from '../making/require-stamp-holds.ts';
import type { SigningKey } from '../making/signer.ts';
import { CertificatePool } from '../validation/certificates.ts';
import { editForm } from './acro-form.ts';
import { embedStamped } from './embed-stamped.ts';
import { extendPades, preserve } from './extend.ts';
import type { PreparePadesOptions } from './prepare.ts';
import { openForUpdate, preparePades } from './prepare.ts';
import type { SignedPdf } from './read-signed.ts';
import { appendedSource } from './to-be-signed.ts';

export interface SignPadesLongTermOptions
  extends
    Omit<PreparePadesOptions, 'certificate' | 'chain' | 'algorithm' | 'level'>,
    Omit<ExtendOptions, 'level' | 'door' | 'at' | 'digest'> {
  readonly level: 'B-LT' | 'B-LTA';
  /** The present for evidence, ms since 1970; default the signing time. Fresh answers may be a little younger than that. */
  readonly at?: number;
}

/**
 * Signs and raises to B-LT or B-LTA in one go, for keys and sources at hand.
 *
 * In a file that carries no signature yet, the new one is not read back and judged before it is raised: value, imprint and
 * time-stamp are checked on the way in, and only the chains are left to be proven. Where there are others, `extendPades` judges
 * them all first and raises them together.
 *
 * @returns the bytes to append to `source`
 * @throws what `preparePades`, the key, `embedPades` and `extendPades` throw
 */
export async function signPadesLongTerm(
  source: ByteSource,
  key: SigningKey,
  options: SignPadesLongTermOptions,
): Promise<Uint8Array> {
  const { door, inflate, at = options.signingTime } = options;
  // What the new signature itself forbids counts for what comes behind it.
  const free = options.certify === undefined && options.lock === undefined;
  const first = free && isFirst(openForUpdate(source, inflate, options.decryption));
  const chain = key.chain.map((one) => one.raw);
  const { certificate, algorithm } = key;
  const tbs = preparePades(source, { ...options, certificate, chain, algorithm, level: 'B-T' });
  const value = await key.sign(tbs.signedAttributes);
  let token: Uint8Array | undefined;
  const appended = await embedStamped(source, tbs, value, {
    door,
    inflate,
    decryption: options.decryption,
    at,
    timeStamp: async (imprint) => (token = await options.timeStamp(imprint)),
    unchanged: true,
  });
  const now = appendedSource(source, appended);
  // A token that did not fit became a revision of its own, which has to be read.
  const fitted = appended.length === tbs.appended.length;
  if (!first || !fitted || token === undefined) return concatBytes(appended, await extendPades(now, { ...options, at }));
  const pool = new CertificatePool();
  const stamp = requireStampHolds(token, value, pool, door);
  const signed: SignedPdf = {
    signatures: [{ field: tbs.fieldName, certificate, stamps: [stamp] }],
    documentStamps: [],
    evidence: { certificates: [certificate.raw, ...chain, ...pool.all().map((one) => one.raw)], crls: [], ocsps: [] },
  };
  return concatBytes(appended, ...(await preserve(now, signed, { ...options, at, unlocked: true })));
}

/** No signature before it, no evidence for any, and no lock that the new one would bring into force. */
function isFirst(file: PdfFile): boolean {
  const { entries } = file.last.catalog;
  const { fields } = editForm(beginUpdate(file));
  const taken = fields.some((field) => field.type === 'Sig' && (field.value !== null || field.dict.entries.has('Lock')));
  return !entries.has('DSS') && !entries.has('Perms') && !taken;
}
