import { concatBytes, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { parseXmlText, withXml } from '@antin/formats/xml/document';
import { updateZip, writeZip } from '@antin/formats/zip/writer';
import type { CryptoDoor } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { embeddedSignature } from '../xades/embed.ts';
import type { EmbedXadesOptions } from '../xades/embed.ts';
import { fileUri } from '../xades/content.ts';
import type { DetachedContent } from '../xmldsig/reference.ts';
import { checkReference } from '../xmldsig/reference.ts';
import { readXmlSignature, signatureElements } from '../xmldsig/signature.ts';
import type { AsicContainer } from './container.ts';
import { contentOf } from './container.ts';
import { manifestOf } from './manifest.ts';
import { ASIC_NAMESPACE, MANIFEST, MIME_TYPE, MIMETYPE } from './names.ts';
import type { AsicInput } from './input.ts';
import type { AsicToBeSigned } from './to-be-signed.ts';

/**
 * The signed container. Content is never held: it is read again when the result is read. Of an existing container all
 * records stay byte for byte, but for the one signature file of ASiC-S, in which the earlier signatures stay.
 *
 * @param input what was prepared: the same files, or the same container
 * @throws {SignatureFault} `asic.input-changed` when a file is not the one that was signed, and what `embedXades` throws
 * @throws {FormatFault} `zip.*`
 */
export function embedAsic(
  input: AsicInput,
  tbs: AsicToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedXadesOptions,
): ByteSource {
  const signature = embeddedSignature(tbs.xades, signatureValue, options);
  const files = 'existing' in input ? input.existing.files : input.files;
  if (files.length !== tbs.files.length)
    throw new SignatureFault('asic.input-changed', 'these are not the files that were prepared');
  if ('existing' in input) {
    requireSame(signature, contentOf(input.existing), options.door);
    const content = memorySource(signatureFile(signature, input.existing, tbs.signatureFile));
    return updateZip(input.existing.zip, [{ name: tbs.signatureFile, content }], tbs.at);
  }
  const byUri = new Map(input.files.map((file) => [fileUri(file.name), file.content]));
  requireSame(signature, (uri) => byUri.get(uri), options.door);
  const { container } = tbs;
  return writeZip(
    [
      { name: MIMETYPE, content: memorySource(utf8(MIME_TYPE[container])) },
      ...input.files,
      ...(container === 'ASiC-E' ? [{ name: MANIFEST, content: memorySource(manifestOf(container, tbs.files)) }] : []),
      { name: tbs.signatureFile, content: memorySource(newSignatureFile(signature)) },
    ],
    tbs.at,
  );
}

function signatureFile(signature: string, existing: AsicContainer, name: string): Uint8Array {
  const entry = existing.zip.entry(name);
  if (entry === undefined) return newSignatureFile(signature);
  const content = existing.zip.content(entry);
  const bytes = content.read(0, content.size);
  return withXml(bytes, ({ root, text, encoding }) => {
    if (root.localName !== 'XAdESSignatures' || root.closeStart === root.end || encoding !== 'utf-8') {
      throw new SignatureFault('asic.signature-file', 'the signature file has no place for one more signature');
    }
    return utf8(text.slice(0, root.closeStart) + signature + text.slice(root.closeStart));
  });
}

function newSignatureFile(signature: string): Uint8Array {
  const open = `<asic:XAdESSignatures xmlns:asic="${ASIC_NAMESPACE}">`;
  return concatBytes(utf8(`<?xml version="1.0" encoding="UTF-8"?>\n${open}`), utf8(signature), utf8('</asic:XAdESSignatures>'));
}

/** What is written must be what was digested. */
function requireSame(signatureXml: string, detached: DetachedContent, door: CryptoDoor): void {
  const tree = parseXmlText(signatureXml);
  try {
    const signature = readXmlSignature(tree, signatureElements(tree)[0] as (typeof tree)['root']);
    for (const reference of signature.references) {
      const { status } = checkReference(tree, signature.element, reference, { door, detached });
      if (status !== 'intact')
        throw new SignatureFault('asic.input-changed', `"${reference.uri ?? ''}" is not what was prepared`);
    }
  } finally {
    tree.dispose();
  }
}
