import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { digestOf } from '@antin/pki/crypto';
import { embedAsicCades, prepareAsicCades } from '@antin/signature/asic/cades';
import { openAsic } from '@antin/signature/asic/container';
import { embedAsic } from '@antin/signature/asic/embed';
import type { AsicInput } from '@antin/signature/asic/input';
import { prepareAsic } from '@antin/signature/asic/prepare';
import { xadesTimeStampImprint } from '@antin/signature/xades/embed';
import type { Document, Prepare } from './making.ts';
import { onlyFile } from './making.ts';
import { xadesOptions } from './xades.ts';

/** ASiC-E and ASiC-S, XAdES or CAdES inside; or one more signature in a container, of the kind it has. */
export const prepare: Prepare = (document, making) => {
  const input = inputOf(document);
  return withCades(document, input) ? cadesInside(input, making) : xadesInside(input, making);
};

const xadesInside = (input: AsicInput, making: Parameters<Prepare>[1]): ReturnType<Prepare> => {
  const tbs = prepareAsic(input, xadesOptions(making));
  return {
    data: tbs.xades.signedInfo,
    async finish(again, value, timeStamp) {
      const hash = xadesTimeStampImprint(tbs.xades, value, nodeCrypto);
      const token = await timeStamp?.({ digest: 'SHA-256', hash });
      const options = { door: nodeCrypto, ...(token === undefined ? {} : { timeStampToken: token }) };
      return embedAsic(inputOf(again), tbs, value, options);
    },
  };
};

const cadesInside = (input: AsicInput, making: Parameters<Prepare>[1]): ReturnType<Prepare> => {
  const { certificate, chain, algorithm, signingTime } = making;
  const tbs = prepareAsicCades(input, { door: nodeCrypto, certificate, chain, algorithm, signingTime });
  return {
    data: tbs.cades.signedAttributes,
    async finish(again, value, timeStamp) {
      const token = await timeStamp?.({ digest: 'SHA-256', hash: digestOf(nodeCrypto, 'SHA-256', value) });
      const options = { door: nodeCrypto, ...(token === undefined ? {} : { timeStampToken: token }) };
      return embedAsicCades(inputOf(again), tbs, value, options);
    },
  };
};

function inputOf({ files, choice }: Document): AsicInput {
  if (choice.joins) return { existing: openAsic(onlyFile({ files }).source, { inflateRaw: nodeInflateRaw }) };
  const container = choice.form === 'ASiC-S' ? 'ASiC-S' : 'ASiC-E';
  return { container, files: files.map(({ name, source, mimeType }) => ({ name, content: source, mimeType })) };
}

function withCades({ choice }: Document, input: AsicInput): boolean {
  if ('existing' in input) return input.existing.cades.length > 0;
  return choice.packaging === 'cades';
}
