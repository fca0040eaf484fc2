import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { SignatureFault } from '@antin/signature/fault';
import { fromBase64Url } from '@antin/signature/jades/base64url';
import type { JadesInput } from '@antin/signature/jades/content';
import { embedJades, jadesTimeStampImprint } from '@antin/signature/jades/embed';
import type { Jws } from '@antin/signature/jades/jws';
import { readJws } from '@antin/signature/jades/jws';
import { prepareJades } from '@antin/signature/jades/prepare';
import type { Document, Prepare } from './making.ts';
import { onlyFile, wholeOf } from './making.ts';

/** JAdES: a JWS around a JSON text, or over files by their digests; or one more signature in a general JWS. */
export const prepare: Prepare = (document, making) => {
  const { certificate, chain, algorithm, signingTime, digest } = making;
  const serialization = serializationOf(document);
  requireRoom(document, making.stamped);
  const jws = document.choice.joins ? readJws(wholeOf(onlyFile(document))) : undefined;
  const tbs = prepareJades(jws === undefined ? inputOf(document) : sameInput(jws, document), {
    door: nodeCrypto,
    certificate,
    chain,
    algorithm,
    signingTime,
    serialization,
    ...(digest === undefined ? {} : { contentDigest: digest }),
    ...(jws === undefined ? {} : { encodePayload: jws.signatures[0]?.header.encodedPayload ?? true }),
  });
  return {
    data: tbs.signingInput,
    async finish(again, value, timeStamp) {
      const hash = jadesTimeStampImprint(tbs, value, nodeCrypto);
      const token = await timeStamp?.({ digest: 'SHA-256', hash });
      const options = {
        door: nodeCrypto,
        ...(token === undefined ? {} : { timeStampToken: token }),
        ...(again.choice.joins ? { into: wholeOf(onlyFile(again)) } : {}),
      };
      return memorySource(embedJades(tbs, value, options));
    },
  };
};

/** @throws {SignatureFault} `jades.no-unsigned-header` */
export function requireRoom(document: Document, stamped: boolean): void {
  if (!stamped || serializationOf(document) !== 'compact') return;
  throw new SignatureFault('jades.no-unsigned-header', 'the compact form has no place for a time-stamp: B-B only');
}

function serializationOf({ choice }: Document): 'compact' | 'flattened' | 'general' {
  return choice.packaging === 'compact' || choice.packaging === 'flattened' ? choice.packaging : 'general';
}

function inputOf({ files, choice }: Document): JadesInput {
  if (choice.packaging === 'detached') return detached(files);
  const file = onlyFile({ files });
  return { packaging: 'attached', payload: wholeOf(file), mimeType: file.mimeType };
}

/** What the signatures that are there are over. */
function sameInput(jws: Jws, { detached: files, files: [file] }: Document): JadesInput {
  if (jws.serialization !== 'general') {
    throw new SignatureFault('jades.not-general', 'only a general JWS takes more than one signature');
  }
  const [first] = jws.signatures;
  if (first?.header.members.has('sigD') === true) {
    if (files.length === 0)
      throw new SignatureFault('jades.content-needed', `${file?.name} is detached: name its files with --detached FILE`);
    return detached(files);
  }
  const text = jws.payloadText;
  if (text === undefined) throw new SignatureFault('jades.content-needed', 'the payload was left out of the JWS');
  const payload = first?.header.encodedPayload === false ? utf8(text) : fromBase64Url(text);
  return { packaging: 'attached', payload };
}

function detached(files: Document['files']): JadesInput {
  return { packaging: 'detached', files: files.map(({ name, source, mimeType }) => ({ name, content: source, mimeType })) };
}
