import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { beginUpdate } from '@antin/formats/pdf/update';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { requireDigest } from '../making/policy.ts';
import { requireImprint } from '../making/require-imprint.ts';
import type { TimeStampSource } from '../making/time-stamp-source.ts';
import { editForm, through } from './acro-form.ts';
import { withContents } from './embed.ts';
import { hashInput, revisionId } from './input-hash.ts';
import { readPermissions, requireOpen } from './permissions.ts';
import { requirePasswordPermission } from './password-permissions.ts';
import type { PreparedTimeStamp } from './prepared-time-stamp.ts';
import { openForUpdate } from './prepare.ts';
import { documentTimeStampDictionary, fillByteRange } from './signature-dictionary.ts';
import { placeSignatureField } from './signature-field.ts';
import { DEFAULT_TOKEN_BYTES } from './size.ts';

export interface PrepareTimeStampOptions {
  readonly inflate: Inflate;
  readonly door: CryptoDoor;
  /** For a file that is encrypted; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
  /** The present, ms since 1970: for the policy and the file's new identifier; not written as a time. */
  readonly at: number;
  /** Of the message imprint; default SHA-256. */
  readonly digest?: DigestAlgorithm;
  /** Largest token that must fit; default 10,240. */
  readonly tokenBytes?: number;
  /** Name of the new field; default `Timestamp1`, `Timestamp2` … */
  readonly fieldName?: string;
}

/**
 * Reserves the place of a document time-stamp in a new revision; `documentDigest` of the result is the message imprint.
 *
 * The input is kept byte for byte; every earlier signature stays as it is. Asks nobody.
 *
 * @throws {FormatFault} `pdf.*`
 * @throws {SignatureFault} `pades.locked-by-certification`, `pades.field-exists`, `pades.form-damaged`, `pades.password-forbids`,
 *   `signature.algorithm-not-allowed`
 * @see ETSI EN 319 142-1 clause 5.4.3
 */
export function prepareDocumentTimeStamp(source: ByteSource, options: PrepareTimeStampOptions): PreparedTimeStamp {
  const { door, digest = 'SHA-256', tokenBytes = DEFAULT_TOKEN_BYTES } = options;
  requireDigest(digest, options.at);
  const file = openForUpdate(source, options.inflate, options.decryption);
  requirePasswordPermission(file, 'add-field');
  const update = beginUpdate(file);
  const form = editForm(update);
  // A lock of fields speaks about fields that somebody fills; a document time-stamp adds one of its own (ISO 32000-2 §12.8.5).
  requireOpen(readPermissions(file.last, form.fields, through(update)));
  const taken = new Set(form.fields.map((field) => field.fullName));
  let n = 1;
  while (taken.has(`Timestamp${n}`)) n++;
  const fieldName = options.fieldName ?? `Timestamp${n}`;
  const signature = update.add(documentTimeStampDictionary(tokenBytes));
  placeSignatureField(update, form, {
    name: fieldName,
    signature,
    appearance: undefined,
    doors: { inflate: options.inflate, deflate: undefined },
  });
  form.setSigFlags(3);
  form.apply();

  const hashed = hashInput(source, digest, door);
  const finished = update.finish({ id: revisionId(hashed.sha256, options.at) });
  const byteRange = fillByteRange(finished, source.size);
  hashed.running.update(finished.appended.subarray(0, byteRange[1] - source.size));
  hashed.running.update(finished.appended.subarray(byteRange[2] - source.size));
  return {
    kind: 'pdf-time-stamp',
    inputSize: source.size,
    inputSha256: toHex(hashed.sha256),
    appended: finished.appended,
    byteRange,
    reservedBytes: tokenBytes,
    digest,
    documentDigest: hashed.running.finish(),
    fieldName,
  };
}

/**
 * The appended bytes with the token in place of the zeros. Whether its authority is trusted is a matter of validation.
 *
 * @param token DER of a TimeStampToken over `prepared.documentDigest`
 * @throws {SignatureFault} `signature.time-stamp-mismatch`, `pades.placeholder-too-small`, `pades.input-changed`,
 *   `pades.prepared-damaged`
 * @throws {FormatFault} `tsp.*`, `cms.*`, `der.*` when the token is damaged
 */
export function embedDocumentTimeStamp(original: ByteSource, prepared: PreparedTimeStamp, token: Uint8Array): Uint8Array {
  requireImprint(token, (digest) => (digest === prepared.digest ? prepared.documentDigest : new Uint8Array(0)));
  return withContents(original, prepared, token);
}

export interface TimestampPdfOptions extends PrepareTimeStampOptions {
  /** Asks a time-stamp authority. @returns DER of a TimeStampToken */
  readonly timeStamp: TimeStampSource;
}

/**
 * A document time-stamp in one go: prepare, ask, embed. A token larger than its room is asked for again with room enough.
 *
 * @returns the bytes to append to `source`
 */
export async function timestampPdf(source: ByteSource, options: TimestampPdfOptions): Promise<Uint8Array> {
  const ask = async (room: number | undefined) => {
    const prepared = prepareDocumentTimeStamp(source, { ...options, ...(room === undefined ? {} : { tokenBytes: room }) });
    const token = await options.timeStamp({ digest: prepared.digest, hash: prepared.documentDigest });
    return { prepared, token };
  };
  let { prepared, token } = await ask(options.tokenBytes);
  // Another imprint gives another token: some margin, so that a few bytes more do not fail again.
  if (token.length > prepared.reservedBytes) ({ prepared, token } = await ask(token.length + 512));
  return embedDocumentTimeStamp(source, prepared, token);
}
