import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import { memorySource } from '@antin/formats/bytes/source';
import { embedPades } from '@antin/signature/pades/embed';
import { embedStamped } from '@antin/signature/pades/embed-stamped';
import { preparePades } from '@antin/signature/pades/prepare';
import type { Prepare } from './making.ts';
import { onlyFile } from './making.ts';

/** PAdES: a signature in a PDF, appended. */
export const prepare: Prepare = (document, making) => {
  const tbs = preparePades(onlyFile(document).source, {
    inflate: nodeInflate,
    deflate: nodeDeflate,
    door: nodeCrypto,
    certificate: making.certificate,
    chain: making.chain,
    algorithm: making.algorithm,
    signingTime: making.signingTime,
    level: making.stamped ? 'B-T' : 'B-B',
    ...making.pdf,
  });
  return {
    data: tbs.signedAttributes,
    detail: `field ${tbs.fieldName}`,
    field: tbs.fieldName,
    async finish(again, value, timeStamp) {
      const { source } = onlyFile(again);
      const { decryption } = making.pdf;
      const options = { door: nodeCrypto, inflate: nodeInflate, decryption, at: making.signingTime };
      const appended =
        timeStamp === undefined
          ? embedPades(source, tbs, value, options)
          : await embedStamped(source, tbs, value, { ...options, timeStamp });
      return joinedSource([source, memorySource(appended)]);
    },
  };
};
