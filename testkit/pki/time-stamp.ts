import { createHash } from 'node:crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { buildTstInfo, timeStampSignedAttributes, timeStampTokenFrom } from '@antin/pki/tsp/build';
import { buildMessageImprint } from '@antin/pki/tsp/imprint';
import type { TestPki, TokenOptions } from './types.ts';

/** An RFC 3161 token over a given hash with genTime `at`; the serial follows from its content, so runs repeat. */
export function tokenOf(
  pki: TestPki,
  imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array },
  at: number,
  options: TokenOptions,
): Uint8Array {
  const name = options.tsa ?? 'tsa';
  const tsa = pki.entity(name);
  const serial = createHash('sha256').update(imprint.hash).update(String(at)).digest().subarray(0, 16);
  const tstInfo = buildTstInfo({
    policy: options.policy ?? pki.description.tsaPolicy,
    messageImprint: buildMessageImprint(imprint.digest, imprint.hash),
    serialNumber: new Uint8Array(serial),
    genTime: at,
    accuracyMs: options.accuracyMs ?? 1000,
    ...(options.nonce === undefined ? {} : { nonce: options.nonce }),
  });
  const signingCertificate = tsa.certificate;
  const digest = tsa.algorithm.scheme === 'ed25519' ? 'SHA-512' : tsa.algorithm.digest;
  const signedAttributes = timeStampSignedAttributes({ tstInfo, signingCertificate, digest, door: nodeCrypto });
  const signature = tsa.signNow(signedAttributes);
  if (options.brokenSignature === true) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
  return timeStampTokenFrom({
    tstInfo,
    signedAttributes,
    signature,
    signatureAlgorithm: tsa.algorithm,
    digest,
    signingCertificate,
    certificates: [tsa.certificate, ...pki.chain(name)].map((one) => one.raw),
    certReq: options.certReq ?? true,
  });
}
