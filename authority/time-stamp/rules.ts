import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { parseTimeStampRequest } from '@antin/pki/tsp/request';
import type { TimeStampRequest } from '@antin/pki/tsp/request';
import type { FailureInfo } from '@antin/pki/tsp/response';

/** Circular 15/2025 Annex I: no SHA-1, no SHA-224. */
const STRONG: ReadonlySet<DigestAlgorithm> = new Set(['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512']);

export type RequestDecision =
  | {
      readonly status: 'stamp';
      readonly request: TimeStampRequest;
      readonly digest: DigestAlgorithm;
      /** The policy asked for, or the first of ours. */
      readonly policy: string;
    }
  | { readonly status: 'refused'; readonly failInfo: FailureInfo; readonly text: string };

const refuse = (failInfo: FailureInfo, text: string) => ({ status: 'refused', failInfo, text }) as const;

/**
 * What RFC 3161 §2.4.1 demands of a request, with the failure it names for each.
 *
 * @param policies those offered; the first stands for requests that name none
 */
export function decideRequest(der: Uint8Array, policies: readonly string[]): RequestDecision {
  let request: TimeStampRequest;
  try {
    request = parseTimeStampRequest(der);
  } catch (error) {
    if (!(error instanceof FormatFault || error instanceof PkiFault)) throw error;
    return refuse(error.code === 'tsp.version' ? 'badRequest' : 'badDataFormat', error.code);
  }
  const { digest } = request.messageImprint;
  if (digest === undefined || !STRONG.has(digest)) return refuse('badAlg', 'hash algorithm not accepted');
  const policy = request.policy ?? (policies[0] as string);
  if (!policies.includes(policy)) return refuse('unacceptedPolicy', `only policy ${policies.join(', ')} is offered`);
  // "If an extension is not understood the server shall not issue a token": none is.
  if (request.extensions.size > 0) return refuse('unacceptedExtension', 'no extension is understood');
  return { status: 'stamp', request, digest, policy };
}

/** Declared in every stamp: our clock is no further from the true time. */
export const ACCURACY_MS = 1000;

/**
 * The time to state: never before the last one stated. A clock that went back further than the accuracy says that something
 * is wrong, and then no time is better than a wrong one.
 */
export function nextGenTime(now: number, last: number, accuracyMs: number = ACCURACY_MS): number | undefined {
  if (now >= last) return now;
  return last - now <= accuracyMs ? last : undefined;
}
