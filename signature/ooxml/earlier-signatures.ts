import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { withXml } from '@antin/formats/xml/document';
import type { CryptoDoor } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { checkManifestReference } from './check-manifest.ts';
import type { OoxmlPackage } from './package.ts';
import { partKey, readReferenceUri } from './part-name.ts';
import { readOoxmlSignature } from './read-signed.ts';
import { signatureParts } from './signature-parts.ts';

/**
 * What was intact before must be intact afterwards: an earlier signature may cover the list of signatures itself, so that the next
 * one would break it. Only references to items that were written anew can have changed.
 *
 * @throws {SignatureFault} `ooxml.breaks-earlier`
 */
export function requireEarlierKept(before: OoxmlPackage, after: ByteSource, written: readonly string[], door: CryptoDoor): void {
  const parts = signatureParts(before);
  if (parts.length === 0) return;
  const now = before.reopened(after);
  const keys = new Set(written.map((name) => partKey(`/${name}`)));
  for (const part of parts) {
    const kept = intactOf(before, part.name, keys, door);
    const left = intactOf(now, part.name, keys, door);
    if (kept.some((uri) => !left.includes(uri))) {
      throw new SignatureFault(
        'ooxml.breaks-earlier',
        'an earlier signature covers the list of signatures and would no longer hold',
      );
    }
  }
}

function intactOf(file: OoxmlPackage, name: string, keys: ReadonlySet<string>, door: CryptoDoor): string[] {
  const part = file.part(name);
  if (part === undefined) return [];
  const content = file.content(part);
  try {
    return withXml(content.read(0, content.size), (tree) =>
      readOoxmlSignature(tree)
        .manifest.filter((one) => keys.has(partKey(readReferenceUri(one.uri ?? '')?.part ?? '')))
        .map((one) => checkManifestReference(file, one, door))
        .flatMap((finding) => (finding.status === 'intact' ? [finding.uri] : [])),
    );
  } catch (fault) {
    // What cannot be read holds for nobody.
    if (fault instanceof FormatFault || fault instanceof SignatureFault) return [];
    throw fault;
  }
}
