import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { PRACTICE_TSA_POLICY } from '@antin/pki/path/practice';
import { buildTstInfo, timeStampSignedAttributes, timeStampTokenFrom } from '@antin/pki/tsp/build';
import { buildTimeStampResponse } from '@antin/pki/tsp/response';
import { digestOfSignatureAlgorithm } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { CertifiedKey } from '../keys/signing-key.ts';
import type { Database } from '../issuance/store.ts';
import { ACCURACY_MS, decideRequest, nextGenTime } from './rules.ts';
import { lastGenTime, recordStamp } from './store.ts';

export interface TimeStampParts {
  readonly db: Database;
  readonly tsa: () => CertifiedKey;
  /** Sent along with certReq. */
  readonly chain: readonly Certificate[];
  readonly clock: () => number;
  readonly policy?: string;
}

/** A time-stamp authority (RFC 3161): one DER request in, one DER response out; refusals are responses too. */
export async function timeStamps({ db, tsa, chain, clock, policy = PRACTICE_TSA_POLICY }: TimeStampParts) {
  let last = await lastGenTime(db);

  return async function stamp(der: Uint8Array): Promise<Uint8Array> {
    const decision = decideRequest(der, policy);
    if (decision.status === 'refused') {
      return buildTimeStampResponse({ status: 2, statusText: decision.text, failInfo: decision.failInfo });
    }
    const { request, digest: imprintDigest } = decision;
    const signer = tsa();
    const { certificate: signingCertificate } = signer;
    const genTime = nextGenTime(clock(), last);
    if (genTime === undefined || genTime < signingCertificate.notBefore || genTime > signingCertificate.notAfter) {
      return buildTimeStampResponse({ status: 2, statusText: 'the clock is not trusted now', failInfo: 'timeNotAvailable' });
    }
    last = genTime;
    const serialNumber = nodeSecrets.random(16);
    // A leading zero bit keeps the INTEGER positive and at its length; 127 random bits remain.
    serialNumber[0] = ((serialNumber[0] as number) & 0x7f) | 0x40;
    const serialHex = Buffer.from(serialNumber).toString('hex');
    await recordStamp(db, { serialHex, genTime, digest: imprintDigest, hash: request.messageImprint.hash });
    const tstInfo = buildTstInfo({
      policy,
      messageImprint: request.messageImprint.raw,
      serialNumber,
      genTime,
      accuracyMs: ACCURACY_MS,
      ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    });
    const digest = digestOfSignatureAlgorithm(signer.key.algorithm);
    const signedAttributes = timeStampSignedAttributes({ tstInfo, signingCertificate, digest, door: nodeCrypto });
    const token = timeStampTokenFrom({
      tstInfo,
      signedAttributes,
      signature: await signer.key.sign('tsp', signedAttributes),
      signatureAlgorithm: signer.key.algorithm,
      digest,
      signingCertificate,
      certificates: [signingCertificate, ...chain].map((one) => one.raw),
      certReq: request.certReq,
    });
    return buildTimeStampResponse({ status: 0, token });
  };
}
