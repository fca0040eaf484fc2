import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { withXml } from '@antin/formats/xml/document';
import { checkOoxmlSignature } from '@antin/signature/ooxml/check';
import { openOoxml } from '@antin/signature/ooxml/package';
import { readOoxmlSignature } from '@antin/signature/ooxml/read-signed';
import { signatureParts } from '@antin/signature/ooxml/signature-parts';
import { readXadesSignatures } from '@antin/signature/xades/read-signed';
import { SignFault } from './fault.ts';
import type { Made } from './self-check.ts';

/**
 * Values, digests and completeness of every signature of an Office file, which the judge recognises and does not judge yet.
 *
 * @throws {SignFault} `sign.not-verifiable`
 */
export function requireArithmetic({ after }: Made): void {
  const file = openOoxml(after, { inflateRaw: nodeInflateRaw });
  const parts = signatureParts(file);
  require(parts.length > 0);
  for (const part of parts) {
    const content = file.content(part);
    withXml(content.read(0, content.size), (tree) => {
      const [found] = readXadesSignatures(tree, nodeCrypto);
      require(found !== undefined);
      const { spki } = (found as NonNullable<typeof found>).certificate;
      require(checkOoxmlSignature(file, readOoxmlSignature(tree), { spki, door: nodeCrypto }).holds);
    });
  }
}

function require(holds: boolean): void {
  if (!holds) throw new SignFault('sign.not-verifiable', 'the signature made would not verify; nothing is written');
}
