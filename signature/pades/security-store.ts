import { equalBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { isArray, isDict, isRef, isStream, pdfArray, pdfDict, pdfName, withEntries } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import { beginUpdate } from '@antin/formats/pdf/update';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { Evidence } from '../making/evidence.ts';
import { editForm, through } from './acro-form.ts';
import type { Deflate } from './image.ts';
import { requirePasswordPermission } from './password-permissions.ts';
import { readPermissions, requireOpen } from './permissions.ts';
import { openForUpdate } from './prepare.ts';

export interface StoreOptions {
  readonly inflate: Inflate;
  readonly door: CryptoDoor;
  /** For a file that is encrypted; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
  readonly deflate?: Deflate;
  /** The caller knows that no signature of the file locks anything: its form is not read for that. */
  readonly unlocked?: boolean;
}

/** Keys, digests and signatures do not compress; only long lists do. */
const WORTH_DEFLATING = 4096;

/** Bytes of one stream of a store that is read back; larger ones are left as they are. */
const MAX_STREAM = 64 << 20;

/**
 * Adds certificates and revocation data to the document security store in a new revision; what it holds already stays and is
 * not written twice.
 *
 * No /VRI is written: it is optional (EN 319 142-1 §5.4.2.2), says nothing that a judge does not work out by itself, and its
 * names are SHA-1 digests. One that is there stays.
 *
 * @returns the bytes to append, or undefined when the store already holds everything
 * @throws {FormatFault} `pdf.*`
 * @throws {SignatureFault} `pades.locked-by-certification`, `pades.password-forbids`
 * @see ETSI EN 319 142-1 clause 5.4.2
 */
export function appendSecurityStore(source: ByteSource, evidence: Evidence, options: StoreOptions): Uint8Array | undefined {
  const file = openForUpdate(source, options.inflate, options.decryption);
  const update = beginUpdate(file);
  const get = through(update);
  const { catalog, rootRef } = file.last;
  const entry = catalog.entries.get('DSS');
  const old = get(entry);
  const before = isDict(old) ? old : pdfDict({ Type: pdfName('DSS') });
  const fresh: Uint8Array[] = [];
  const grown = (key: string, values: readonly Uint8Array[]): PdfObject | undefined => {
    const list = get(before.entries.get(key));
    const items = isArray(list) ? list.items : [];
    const have = items.flatMap((item) => {
      const stream = get(item);
      return isStream(stream) ? [file.last.decodeStream(stream, MAX_STREAM)] : [];
    });
    const added: PdfObject[] = [];
    for (const value of values) {
      if (have.some((one) => equalBytes(one, value))) continue;
      have.push(value);
      fresh.push(value);
      added.push(streamOf(update, value, options.deflate));
    }
    return added.length === 0 ? before.entries.get(key) : pdfArray([...items, ...added]);
  };
  const store = withEntries(before, {
    Certs: grown('Certs', evidence.certificates),
    OCSPs: grown('OCSPs', evidence.ocsps),
    CRLs: grown('CRLs', evidence.crls),
  });
  if (fresh.length === 0) return undefined;
  requirePasswordPermission(file, 'store');
  if (options.unlocked !== true) requireOpen(readPermissions(file.last, editForm(update).fields, get));
  const extensions = file.version < '2.0' ? declareExtension(update, catalog) : {};
  if (isRef(entry) && isDict(old)) {
    update.set(entry, store);
    if (Object.keys(extensions).length > 0) update.set(rootRef, withEntries(catalog, extensions));
  } else update.set(rootRef, withEntries(catalog, { DSS: update.add(store), ...extensions }));
  const size = new Uint8Array(new Float64Array([source.size]).buffer);
  return update.finish({ id: digestOf(options.door, 'SHA-256', size, ...fresh).subarray(0, 16) }).appended;
}

function streamOf(update: PdfUpdate, value: Uint8Array, deflate: Deflate | undefined): PdfObject {
  if (deflate === undefined || value.length < WORTH_DEFLATING) return update.addStream({}, value);
  const packed = deflate(value);
  return packed.length < value.length
    ? update.addStream({ Filter: pdfName('FlateDecode') }, packed)
    : update.addStream({}, value);
}

/** Before PDF 2.0 the store is an extension of ETSI, and says so in the catalog (EN 319 142-1 §5.5, ISO 32000-1 §7.12). */
function declareExtension(update: PdfUpdate, catalog: PdfDict): Record<string, PdfObject> {
  const entry = catalog.entries.get('Extensions');
  const old = through(update)(entry);
  const known = isDict(old) ? old : pdfDict({});
  if (known.entries.has('ESIC')) return {};
  const esic = pdfDict({ BaseVersion: pdfName('1.7'), ExtensionLevel: 5 });
  const next = withEntries(known, { ESIC: esic });
  if (!isRef(entry) || !isDict(old)) return { Extensions: next };
  update.set(entry, next);
  return {};
}
