import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { embedOoxml, ooxmlTimeStampImprint } from '@antin/signature/ooxml/embed';
import { openOoxml } from '@antin/signature/ooxml/package';
import { prepareOoxml } from '@antin/signature/ooxml/prepare';
import type { Document, Prepare } from './making.ts';
import { onlyFile } from './making.ts';
import { xadesOptions } from './xades.ts';

/** OOXML: a package signature in a Word, Excel or PowerPoint file, beside those that are there. */
export const prepare: Prepare = (document, making) => {
  const { reason } = making.pdf;
  const tbs = prepareOoxml(open(document), {
    ...xadesOptions(making),
    ...(reason === undefined ? {} : { comments: reason }),
  });
  return {
    data: tbs.signedInfo,
    async finish(again, value, timeStamp) {
      const hash = ooxmlTimeStampImprint(tbs, value, nodeCrypto);
      const token = await timeStamp?.({ digest: 'SHA-256', hash });
      return embedOoxml(open(again), tbs, value, {
        door: nodeCrypto,
        ...(token === undefined ? {} : { timeStampToken: token }),
      });
    },
  };
};

function open(document: Document) {
  return openOoxml(onlyFile(document).source, { inflateRaw: nodeInflateRaw });
}
