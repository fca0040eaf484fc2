import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { PdfFile } from '@antin/formats/pdf/file';
import { openPdf } from '@antin/formats/pdf/file';
import { beginUpdate } from '@antin/formats/pdf/update';
import { buildSignedAttributes } from '@antin/pki/cms/build';
import type { CryptoDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import type { Certificate } from '@antin/pki/x509/certificate';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireMayMake } from '../making/policy.ts';
import { cmsDigestOf } from '../making/signer.ts';
import type { FormEditor } from './acro-form.ts';
import { editForm, through } from './acro-form.ts';
import type { AnchoredAppearance } from './anchor.ts';
import { placedAppearance } from './anchor.ts';
import type { PlacedAppearance } from './appearance.ts';
import { fillFields } from './fill.ts';
import type { Deflate } from './image.ts';
import { hashInput, revisionId } from './input-hash.ts';
import type { Certification } from './certification.ts';
import { certifyCatalog, requireCertifiable, signatureReferences } from './certification.ts';
import type { FieldLock } from './permissions.ts';
import { lockOfField, readPermissions, requirePermission } from './permissions.ts';
import { requireSeedValues } from './seed-values.ts';
import type { ReservedFields } from './reserve.ts';
import { reserveFields } from './reserve.ts';
import { fillByteRange, signatureDictionary } from './signature-dictionary.ts';
import { requirePasswordPermission } from './password-permissions.ts';
import { placeSignatureField } from './signature-field.ts';
import { DEFAULT_TOKEN_BYTES, reservedSize } from './size.ts';
import type { ToBeSigned } from './to-be-signed.ts';

export interface PreparePadesOptions {
  readonly inflate: Inflate;
  readonly door: CryptoDoor;
  /** For a file that is encrypted; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
  /** Smaller images and fonts where it is given; never needed. */
  readonly deflate?: Deflate;
  /** DER, or parsed when the caller has it so. */
  readonly certificate: Uint8Array | Certificate;
  /** Certificates to embed beside it, issuer first. */
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  /** An empty signature field to use, or the name of a new one; default: a new `Signature1`, `Signature2` … */
  readonly fieldName?: string;
  /** Milliseconds since 1970: `/M`, claimed. */
  readonly signingTime: number;
  readonly reason?: string;
  readonly location?: string;
  readonly name?: string;
  /** Invisible without it. In a rectangle, or above words of the page. An existing field with an area keeps its place. */
  readonly appearance?: PlacedAppearance | AnchoredAppearance;
  readonly level: 'B-B' | 'B-T';
  /** Largest time-stamp token that must fit, for B-T; default 10,240. */
  readonly tokenBytes?: number;
  /** Overrides the computed room for the CMS, in bytes before hexadecimal. */
  readonly reservedBytes?: number;
  /** Empty fields to add in the same revision, for the clerk who comes later. */
  readonly extraFields?: ReservedFields;
  /** Certifies the document (DocMDP); only the first signature can. */
  readonly certify?: Certification;
  /** Fields that nobody may change any more (FieldMDP), beside what the field's own `/Lock` says. */
  readonly lock?: FieldLock;
  /** Values for existing text fields by full name: value and matching appearance, nothing else. */
  readonly fill?: Readonly<Record<string, string>>;
}

/**
 * Reserves the place of a signature in a PDF and returns the bytes that must be signed (PAdES B-B or B-T).
 *
 * The original bytes are kept; one incremental update is appended (ISO 32000-2 §7.5.6). The CMS carries no signing-time, the
 * dictionary carries `/M`; without `certify` no certification (DocMDP) is added, so that numbering and sealing stay possible.
 * Signs nothing and asks nobody: the value comes from wherever the key lives.
 *
 * @throws {FormatFault} `pdf.*`: encrypted, damaged, without pages; nothing is repaired
 * @throws {SignatureFault} `pades.locked-by-certification`, `pades.field-signed`, `pades.field-type`, `pades.field-missing`,
 *   `pades.form-damaged`, `pades.no-glyph`, `pades.placement`, `pades.already-signed`, `pades.field-exists`,
 *   `pades.font-unusable`, `pades.value-too-long`, `pades.anchor-not-found`, `pades.anchor-ambiguous`,
 *   `pades.certify-not-first`, `pades.certify-no-changes`, `pades.seed-value`, `pades.password-forbids`,
 *   `signature.algorithm-not-allowed`
 * @see ETSI EN 319 142-1 clause 6
 */
export function preparePades(source: ByteSource, options: PreparePadesOptions): ToBeSigned {
  const { door, algorithm } = options;
  const file = openForUpdate(source, options.inflate, options.decryption);
  const certificate = certificateOf(options.certificate);
  requireMayMake({ algorithm, spki: certificate.spki }, options.signingTime);
  const digest = cmsDigestOf(algorithm);
  const hashed = hashInput(source, digest, door);
  const reservedBytes =
    options.reservedBytes ??
    reservedSize({
      certificate,
      chain: options.chain,
      algorithm,
      tokenBytes: options.level === 'B-T' ? (options.tokenBytes ?? DEFAULT_TOKEN_BYTES) : 0,
    });

  const update = beginUpdate(file);
  const form = editForm(update);
  const fieldName = options.fieldName ?? freeName(form);
  const permissions = readPermissions(file.last, form.fields, through(update));
  requirePermission(permissions, [fieldName, ...Object.keys(options.fill ?? {})]);
  const fresh = options.extraFields !== undefined || !form.fields.some((field) => field.fullName === fieldName);
  requirePasswordPermission(file, fresh ? 'add-field' : 'fill');
  const { certify, level } = options;
  if (certify)
    requireCertifiable(certify, { fields: form.fields, fieldName, level, reserves: options.extraFields !== undefined });
  if (options.extraFields) reserveFields(update, form, options.extraFields, options.deflate);
  if (options.fill) fillFields(update, form, options.fill);
  const target = form.fields.find((field) => field.fullName === fieldName);
  // A new field demands nothing.
  if (target) {
    const intended = { ...options, digest, certificate, reason: options.reason, certification: certify };
    requireSeedValues(target, intended, through(update));
  }
  const locks = [lockOfField(target, through(update)), options.lock].filter((lock) => lock !== undefined);
  const reference = signatureReferences(certify, locks, file.last.rootRef);
  const signature = update.add(signatureDictionary({ ...options, reservedBytes, ...(reference ? { reference } : {}) }));
  const { inflate, deflate } = options;
  const appearance = options.appearance && placedAppearance(file.last, options.appearance);
  placeSignatureField(update, form, { name: fieldName, signature, appearance, doors: { inflate, deflate }, lock: options.lock });
  form.setSigFlags(3);
  form.apply();
  if (certify) certifyCatalog(update, signature);

  const finished = update.finish({ id: revisionId(hashed.sha256, options.signingTime) });
  const byteRange = fillByteRange(finished, source.size);
  hashed.running.update(finished.appended.subarray(0, byteRange[1] - source.size));
  hashed.running.update(finished.appended.subarray(byteRange[2] - source.size));
  const documentDigest = hashed.running.finish();
  const signedAttributes = buildSignedAttributes({
    contentType: OID.idData,
    messageDigest: documentDigest,
    signingCertificate: certificate,
    digest,
    door,
  });
  return {
    kind: 'pades',
    inputSize: source.size,
    inputSha256: toHex(hashed.sha256),
    appended: finished.appended,
    byteRange,
    reservedBytes,
    digest,
    documentDigest,
    signedAttributes,
    algorithm,
    certificate: certificate.raw,
    chain: options.chain,
    fieldName,
    level: options.level,
  };
}

/**
 * Opens a file that is to be appended to. Bytes behind the last `%%EOF` are passed over when nobody has signed yet; nothing
 * else is, because our own judge would not accept the result.
 */
export function openForUpdate(source: ByteSource, inflate: Inflate, decryption?: PdfDecryption): PdfFile {
  try {
    return openPdf(source, { inflate, mode: 'strict', decryption });
  } catch (fault) {
    if (!(fault instanceof FormatFault) || fault.code !== 'pdf.trailing-data') throw fault;
    const file = openPdf(source, { inflate, mode: 'tolerant', decryption });
    const signed = editForm(beginUpdate(file)).fields.some((field) => field.type === 'Sig' && field.value !== null);
    if (signed || file.leniencies.some((l) => l.code !== 'pdf.trailing-data')) throw fault;
    return file;
  }
}

function freeName(form: FormEditor): string {
  const taken = new Set(form.fields.map((field) => field.fullName));
  let n = 1;
  while (taken.has(`Signature${n}`)) n++;
  return `Signature${n}`;
}
