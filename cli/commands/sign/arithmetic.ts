import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import type { ByteSource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import { contentOf, openAsic } from '@antin/signature/asic/container';
import { readJws } from '@antin/signature/jades/jws';
import { readJades } from '@antin/signature/jades/read-signed';
import { checkJades } from '@antin/signature/jades/verify';
import { readXadesSignatures } from '@antin/signature/xades/read-signed';
import type { DetachedContent } from '@antin/signature/xmldsig/reference';
import { checkXmlSignature } from '@antin/signature/xmldsig/verify';
import { byReference } from '../extend/named-files.ts';
import { contentsOf } from './contents.ts';
import { SignFault } from './fault.ts';
import type { Made } from './self-check.ts';

/**
 * Values and digests of every signature, for formats that the judge recognises and does not judge yet.
 *
 * @throws {SignFault} `sign.not-verifiable`
 */
export function requireArithmetic({ after, detached = [] }: Made): void {
  const door = nodeCrypto;
  const content = byReference(detached);
  const contents = contentsOf(after);
  if (contents === 'xml') requireXml(after, content);
  if (contents === 'jws') {
    const jws = readJws(after.read(0, after.size));
    for (const one of jws.signatures) {
      const { certificate } = readJades(jws, one, door);
      require(checkJades(jws, one, certificate, { door, content: { file: content } }).holds);
    }
  }
  if (contents === 'ASiC-E' || contents === 'ASiC-S') {
    const container = openAsic(after, { inflateRaw: nodeInflateRaw });
    require(container.xades.length + container.cades.length > 0);
    for (const entry of container.xades) requireXml(container.zip.content(entry), contentOf(container));
  }
}

function requireXml(source: ByteSource, detached: DetachedContent): void {
  withXml(source.read(0, source.size), (tree) => {
    const found = readXadesSignatures(tree, nodeCrypto);
    require(found.length > 0);
    for (const { signature, certificate } of found) {
      require(checkXmlSignature(signature, certificate.spki, { door: nodeCrypto, detached }).holds);
    }
  });
}

function require(holds: boolean): void {
  if (!holds) throw new SignFault('sign.not-verifiable', 'the signature made would not verify; nothing is written');
}
