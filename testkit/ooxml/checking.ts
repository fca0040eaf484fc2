import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { nodeInflateRaw as inflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { OoxmlFinding } from '@antin/signature/ooxml/check';
import { checkOoxmlSignature } from '@antin/signature/ooxml/check';
import { openOoxml } from '@antin/signature/ooxml/package';
import { readOoxmlSignature } from '@antin/signature/ooxml/read-signed';
import { signatureParts } from '@antin/signature/ooxml/signature-parts';

/** What the engine finds about every signature of an Office file, with these keys, in the order of the signatures. */
export function checkOffice(bytes: Uint8Array, ...signers: readonly Certificate[]): OoxmlFinding[] {
  const file = openOoxml(memorySource(bytes), { inflateRaw });
  return signatureParts(file).map((part, i) => {
    const content = file.content(part);
    const { spki } = signers[i] ?? (signers[0] as Certificate);
    return withXml(content.read(0, content.size), (tree) => checkOoxmlSignature(file, readOoxmlSignature(tree), { spki, door }));
  });
}
