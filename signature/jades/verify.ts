import { concatBytes, equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { textOf, textsOf } from '@antin/formats/json/value';
import type { CryptoDoor, DigestAlgorithm, VerifyAnswer } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';
import { verifyRawValue } from '../raw-value.ts';
import { digestOfName, jwsAlgorithmOf } from './algorithms.ts';
import { base64UrlOctets, fromBase64Url } from './base64url.ts';
import { digestOfContent, OBJECT_ID_BY_URI_HASH } from './content.ts';
import type { JadesContent } from './content.ts';
import type { ProtectedHeader } from './header.ts';
import { payloadOctets } from './jws.ts';
import type { Jws, JwsSignature } from './jws.ts';

export interface SignedFile {
  readonly uri: string;
  readonly digest: Uint8Array;
}

/** `sigD` by ObjectIdByURIHash. */
export interface SignedFiles {
  readonly digest: DigestAlgorithm;
  readonly files: readonly SignedFile[];
}

export interface FileFinding extends SignedFile {
  readonly status: 'intact' | 'changed' | 'missing';
}

export interface JadesFinding {
  readonly value: VerifyAnswer;
  readonly files: readonly FileFinding[];
  /** The value fits and every file is there as it was signed. */
  readonly holds: boolean;
}

/** @throws {SignatureFault} `jades.malformed`, `jades.mechanism` for another mechanism than ObjectIdByURIHash */
export function signedFilesOf({ members }: ProtectedHeader): SignedFiles | undefined {
  const sigD = members.get('sigD');
  if (sigD === undefined) return undefined;
  if (sigD.kind !== 'object') throw new SignatureFault('jades.malformed', '"sigD" is no object');
  const mechanism = textOf(sigD.members.get('mId'));
  if (mechanism !== OBJECT_ID_BY_URI_HASH) throw new SignatureFault('jades.mechanism', `"${mechanism ?? ''}" is not supported`);
  const uris = textsOf(sigD.members.get('pars'));
  const values = textsOf(sigD.members.get('hashV'));
  const digest = digestOfName(textOf(sigD.members.get('hashM')));
  // A file without digest would look signed and not be.
  if (uris === undefined || values?.length !== uris.length || uris.length === 0 || digest === undefined) {
    throw new SignatureFault('jades.malformed', '"sigD" does not give one digest for every file');
  }
  return { digest, files: uris.map((uri, i) => ({ uri, digest: fromBase64Url(values[i] as string) })) };
}

/**
 * The octets of the payload in the signing input; none where `sigD` names files.
 *
 * @throws {SignatureFault} `jades.content-needed`, `jades.malformed`
 */
export function signedPayload(jws: Jws, { header }: JwsSignature, content: JadesContent): Uint8Array {
  const carried = payloadOctets(jws);
  if (header.members.has('sigD')) {
    if (carried !== undefined && carried.length > 0) throw new SignatureFault('jades.malformed', 'a payload beside "sigD"');
    return new Uint8Array(0);
  }
  if (carried !== undefined) return carried;
  if (content.payload === undefined) throw new SignatureFault('jades.content-needed', 'the payload was left out of the JWS');
  return header.encodedPayload ? base64UrlOctets(content.payload) : content.payload;
}

/**
 * Whether value and files of one signature fit its certificate; trust and time are others' questions.
 *
 * @throws {SignatureFault} `jades.algorithm-not-allowed`, `jades.content-needed`, `jades.malformed`, `jades.mechanism`
 */
export function checkJades(
  jws: Jws,
  signature: JwsSignature,
  certificate: Certificate,
  { door, content = {} }: { readonly door: CryptoDoor; readonly content?: JadesContent },
): JadesFinding {
  const { header, protectedText, value } = signature;
  const { spki } = certificate;
  const data = concatBytes(utf8(`${protectedText}.`), signedPayload(jws, signature, content));
  const answer = verifyRawValue(door, { spki, algorithm: jwsAlgorithmOf(header.alg, spki), data, value });
  const signed = signedFilesOf(header);
  const files = (signed?.files ?? []).map((one): FileFinding => {
    const found = content.file?.(one.uri);
    if (found === undefined) return { ...one, status: 'missing' };
    const digest = digestOfContent(door, (signed as SignedFiles).digest, found, header.encodedPayload);
    return { ...one, status: equalBytes(digest, one.digest) ? 'intact' : 'changed' };
  });
  return { value: answer, files, holds: answer === 'valid' && files.every((one) => one.status === 'intact') };
}
