import { nodeCrypto } from '@antin/adapters/crypto/node';
import { memorySource } from '@antin/formats/bytes/source';
import type { XadesInput } from '@antin/signature/xades/content';
import { embedXades, xadesTimeStampImprint } from '@antin/signature/xades/embed';
import { prepareXades } from '@antin/signature/xades/prepare';
import { contentsOf } from './contents.ts';
import type { Document, Making, Prepare } from './making.ts';
import { onlyFile, wholeOf } from './making.ts';

/** XAdES: in an XML document, around files, or beside them. */
export const prepare: Prepare = (document, making) => {
  const input = inputOf(document);
  const tbs = prepareXades(input, xadesOptions(making));
  return {
    data: tbs.signedInfo,
    async finish(again, value, timeStamp) {
      const hash = xadesTimeStampImprint(tbs, value, nodeCrypto);
      const token = await timeStamp?.({ digest: 'SHA-256', hash });
      const whole = input.packaging === 'enveloped' ? wholeOf(onlyFile(again)) : undefined;
      const options = { door: nodeCrypto, ...(token === undefined ? {} : { timeStampToken: token }) };
      return memorySource(embedXades(whole, tbs, value, options));
    },
  };
};

function inputOf({ files, choice }: Document): XadesInput {
  switch (choice.packaging) {
    case 'enveloped':
      return { packaging: 'enveloped', document: wholeOf(onlyFile({ files })) };
    case 'enveloping': {
      const objects = files.map((file) => {
        const as = contentsOf(file.source) === 'xml' ? ('xml' as const) : ('base64' as const);
        return { content: wholeOf(file), mimeType: file.mimeType, as };
      });
      return { packaging: 'enveloping', objects };
    }
    default:
      return {
        packaging: 'detached',
        files: files.map(({ name, source, mimeType }) => ({ name, content: source, mimeType })),
      };
  }
}

/** The same inside a container. */
export function xadesOptions({ certificate, chain, algorithm, digest, signingTime }: Making) {
  return { door: nodeCrypto, certificate, chain, algorithm, signingTime, ...(digest === undefined ? {} : { digest }) };
}
