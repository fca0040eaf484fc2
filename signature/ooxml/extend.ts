import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { parseXml } from '@antin/formats/xml/document';
import { updateZipInPlace } from '@antin/formats/zip/writer';
import type { NewEntry } from '@antin/formats/zip/writer';
import type { CryptoDoor } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import type { ExtendOptions } from '../making/extend-options.ts';
import { extendXades } from '../xades/extend.ts';
import { readXadesSignatures } from '../xades/read-signed.ts';
import { checkOoxmlSignature } from './check.ts';
import type { OoxmlPackage } from './package.ts';
import { readOoxmlSignature } from './read-signed.ts';
import { signatureParts } from './signature-parts.ts';

export type ExtendOoxmlOptions = Pick<ExtendOptions, 'door' | 'at' | 'timeStamp' | 'digest'>;

/**
 * Raises every signature of an Office file, ours or others', to XAdES-T, the highest form that Office reads: a SignatureTimeStamp
 * where there is none. All records of the archive but those signature parts stay byte for byte.
 *
 * @returns the file, or its source as it was when the level is already reached
 * @throws {SignatureFault} `extend.nothing-signed`, `extend.signature-broken`, `extend.unreadable`, `extend.expired`, `ooxml.origin`,
 *   `ooxml.signature`; and what the source of time-stamps throws
 */
export async function extendOoxml(file: OoxmlPackage, options: ExtendOoxmlOptions): Promise<ByteSource> {
  const parts = signatureParts(file);
  if (parts.length === 0) throw new SignatureFault('extend.nothing-signed', 'the file carries no signature');
  const before = parts.map((part) => {
    const content = file.content(part);
    return { name: part.entry.name, bytes: content.read(0, content.size) };
  });
  for (const { bytes } of before) requireHolds(file, bytes, options.door);
  const changed: NewEntry[] = [];
  for (const { name, bytes } of before) {
    const after = await extendXades(bytes, {
      ...options,
      level: 'B-T',
      anchors: [],
      evidenceFor: () => Promise.reject(new TypeError('a time-stamp needs no evidence')),
    });
    if (after.length !== bytes.length) changed.push({ name, content: memorySource(after) });
  }
  return changed.length === 0 ? file.zip.source : updateZipInPlace(file.zip, changed, options.at);
}

/** Nobody is asked to time-stamp a broken signature: it would look preserved and still be worth nothing. */
function requireHolds(file: OoxmlPackage, bytes: Uint8Array, door: CryptoDoor): void {
  const tree = parseXml(bytes);
  try {
    const [xades] = readXadesSignatures(tree, door);
    if (xades === undefined) throw new SignatureFault('extend.unreadable', 'a signature part without signature');
    const finding = checkOoxmlSignature(file, readOoxmlSignature(tree), { spki: xades.certificate.spki, door });
    if (finding.holds) return;
    const wrong = finding.manifest.find((one) => one.status !== 'intact');
    const missing = finding.coverage.missing[0];
    const what =
      wrong !== undefined
        ? `"${wrong.uri}" is ${wrong.status}`
        : missing !== undefined && finding.intact
          ? `${missing} is not covered`
          : `its value is ${finding.signature.value}`;
    throw new SignatureFault('extend.signature-broken', `a signature of the file does not hold: ${what}`);
  } finally {
    tree.dispose();
  }
}
