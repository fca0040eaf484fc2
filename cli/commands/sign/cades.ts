import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { ByteSource } from '@antin/formats/bytes/source';
import { digestOf } from '@antin/pki/crypto';
import { addSigner, embedCades } from '@antin/signature/cades/embed';
import { readFrame } from '@antin/signature/cades/frame';
import { prepareCades } from '@antin/signature/cades/prepare';
import { SignatureFault } from '@antin/signature/fault';
import { derOf } from './contents.ts';
import type { Document, Prepare } from './making.ts';
import { onlyFile } from './making.ts';

/** CAdES: a CMS file, attached or detached; or one more signer of a CMS file, over the same data. */
export const prepare: Prepare = (document, making) => {
  const { certificate, chain, algorithm, signingTime } = making;
  const tbs = prepareCades(dataOf(document), { door: nodeCrypto, certificate, chain, algorithm, signingTime });
  return {
    data: tbs.signedAttributes,
    async finish(again, value, timeStamp) {
      const token = await timeStamp?.({ digest: 'SHA-256', hash: digestOf(nodeCrypto, 'SHA-256', value) });
      const options = { door: nodeCrypto, ...(token === undefined ? {} : { timeStampToken: token }) };
      const { joins, packaging } = again.choice;
      if (joins) return addSigner(readFrame(derOf(onlyFile(again).source)), again.detached[0]?.source, tbs, value, options);
      return embedCades(packaging === 'attached' ? onlyFile(again).source : undefined, tbs, value, options);
    },
  };
};

/** What is signed. @throws {SignatureFault} `cades.content-needed` */
export function dataOf(document: Document): ByteSource {
  const { source } = onlyFile(document);
  if (!document.choice.joins) return source;
  const { content } = readFrame(derOf(source));
  const data = content ?? document.detached[0]?.source;
  if (data === undefined)
    throw new SignatureFault('cades.content-needed', 'the CMS is detached: name its data with --detached FILE');
  return data;
}
