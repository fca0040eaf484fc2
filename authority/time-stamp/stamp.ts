import { randomFillSync } from 'node:crypto';
import type { ClockTrust } from '@antin/adapters/clock/watched-clock';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import type { Db } from '@antin/adapters/db/transaction';
import { PRACTICE_TSA_POLICY } from '@antin/pki/path/practice';
import { buildTstInfo } from '@antin/pki/tsp/build';
import { buildTimeStampResponse } from '@antin/pki/tsp/response';
import type { FailureInfo } from '@antin/pki/tsp/response';
import { tokenWriter } from '@antin/pki/tsp/token-writer';
import type { TokenWriter } from '@antin/pki/tsp/token-writer';
import { digestOfSignatureAlgorithm } from '@antin/pki/x509/algorithm';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { ACCURACY_MS, decideRequest, nextGenTime } from './rules.ts';
import { lastGenTime, stampLog } from './store.ts';
import type { StampRecord } from './store.ts';

export interface TimeStampParts {
  readonly db: Db;
  readonly tsa: () => CertifiedKey | undefined;
  /** Sent along with certReq. */
  readonly chain: readonly Certificate[];
  readonly clock: () => number;
  /** Whether the clock may be believed now; a check that fails stops every stamp. */
  readonly trust: () => ClockTrust;
  /** Policies offered; the first one stands for requests that name none. */
  readonly policies?: readonly string[];
  readonly accuracyMs?: number;
  readonly onFault?: (fault: unknown) => void;
}

export interface StamperParts extends Omit<TimeStampParts, 'db'> {
  /** The last time ever stated. */
  readonly last: number;
  /** Resolves when the record is on disk: no stamp goes out without one. */
  readonly record: (stamp: StampRecord) => Promise<void>;
}

/** Stamps under way at once; beyond that the asker is told at once instead of waiting for ever. */
const MOST_AT_ONCE = 2000;

/** A time-stamp authority (RFC 3161) that records every stamp before it hands it out. */
export async function timeStamps(parts: TimeStampParts): Promise<(der: Uint8Array) => Promise<Uint8Array>> {
  const log = stampLog(parts.db);
  return stamper({ ...parts, last: await lastGenTime(parts.db), record: log.record });
}

const refusal = (failInfo: FailureInfo, statusText: string): Uint8Array =>
  buildTimeStampResponse({ status: 2, statusText, failInfo });

/** One DER request in, one DER response out; refusals are responses too, and nothing is thrown. */
export function stamper(parts: StamperParts): (der: Uint8Array) => Promise<Uint8Array> {
  const { tsa, chain, clock, trust, record, policies = [PRACTICE_TSA_POLICY], accuracyMs = ACCURACY_MS, onFault } = parts;
  let { last } = parts;
  let underWay = 0;

  return async function stamp(der: Uint8Array): Promise<Uint8Array> {
    const decision = decideRequest(der, policies);
    if (decision.status === 'refused') return refusal(decision.failInfo, decision.text);
    const { request, digest: imprintDigest, policy } = decision;
    const signer = tsa();
    if (signer === undefined) return refusal('systemFailure', 'no CA certifies time-stamps');
    const { certificate: signingCertificate } = signer;
    const genTime = trust().trusted ? nextGenTime(clock(), last, accuracyMs) : undefined;
    if (genTime === undefined || genTime < signingCertificate.notBefore || genTime > signingCertificate.notAfter) {
      return refusal('timeNotAvailable', 'the clock is not trusted now');
    }
    if (underWay >= MOST_AT_ONCE) return refusal('systemFailure', 'too many requests at once');
    last = genTime;
    underWay += 1;
    try {
      const serialNumber = drawSerial();
      const serialHex = Buffer.from(serialNumber).toString('hex');
      const recorded = record({ serialHex, genTime, digest: imprintDigest, hash: request.messageImprint.hash });
      // Heard below; until then it must not end the process.
      recorded.catch(() => {});
      const tstInfo = buildTstInfo({
        policy,
        messageImprint: request.messageImprint.raw,
        serialNumber,
        genTime,
        accuracyMs,
        ...(request.nonceRaw === undefined ? {} : { nonce: request.nonceRaw }),
      });
      const { writer, digest } = writerOf(signer, chain);
      const signedAttributes = writer.signedAttributes(nodeSecrets.digest(digest, tstInfo));
      const [signature] = await Promise.all([signer.key.sign('tsp', signedAttributes), recorded]);
      return writer.response({ tstInfo, signedAttributes, signature, certReq: request.certReq });
    } catch (fault) {
      onFault?.(fault);
      return refusal('systemFailure', 'the stamp could not be recorded or signed');
    } finally {
      underWay -= 1;
    }
  };
}

/** Random octets are asked of the system for many serials at once. */
const pool = new Uint8Array(16 * 256);
let used = pool.length;

/** 126 random bits: unique across restarts and machines without a counter. */
function drawSerial(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const serial = pool.slice(used, used + 16);
  used += 16;
  // A leading zero bit keeps the INTEGER positive, the one behind it keeps its length.
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  return serial;
}

interface Writing {
  readonly writer: TokenWriter;
  readonly digest: DigestAlgorithm;
}
const writers = new WeakMap<CertifiedKey, Writing>();

/** Made once a signer; a renewed one is another. */
function writerOf(signer: CertifiedKey, chain: readonly Certificate[]): Writing {
  let known = writers.get(signer);
  if (known === undefined) {
    const { certificate: signingCertificate, key } = signer;
    const digest = digestOfSignatureAlgorithm(key.algorithm);
    const certificates = [signingCertificate, ...chain].map((one) => one.raw);
    const writer = tokenWriter({ signingCertificate, signatureAlgorithm: key.algorithm, digest, certificates, door: nodeCrypto });
    writers.set(signer, (known = { writer, digest }));
  }
  return known;
}
