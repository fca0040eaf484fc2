import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { equalBytes } from '@antin/formats/bytes/bytes';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { buildTimeStampRequest, nonceFrom } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import { parseTimeStampToken, type TstInfo } from '@antin/pki/tsp/token';
import { ask, type Reach } from './ask.ts';
import { SourceFault } from './fault.ts';

export interface TimeStampOptions {
  readonly reach: Reach;
  /** For each try. */
  readonly timeoutMs?: number;
  /** Further tries after a failure that may pass; 2 when left out. */
  readonly retries?: number;
  /** Pause before the first further try, doubled each time. */
  readonly pauseMs?: number;
  /** OID the authority must use. */
  readonly policy?: string;
}

/**
 * Gets a time-stamp over a hash (RFC 3161 over HTTP, §3.4).
 *
 * The token is checked to answer this very question: same hash, same nonce, same policy. Whether its signer is
 * trusted is a matter of validation, not of transport.
 *
 * @throws {SourceFault} `source.*`
 */
export async function timeStampFrom(
  url: string,
  imprint: { readonly digest: DigestAlgorithm; readonly hash: Uint8Array },
  options: TimeStampOptions,
): Promise<{ readonly token: Uint8Array; readonly info: TstInfo }> {
  const { retries = 2, pauseMs = 300 } = options;
  for (let failures = 0; ; failures += 1) {
    try {
      return await once(url, imprint, options);
    } catch (fault) {
      if (!(fault instanceof SourceFault) || !fault.passing || failures >= retries) throw fault;
      await sleep(pauseMs * 2 ** failures);
    }
  }
}

async function once(url: string, { digest, hash }: { digest: DigestAlgorithm; hash: Uint8Array }, options: TimeStampOptions) {
  // A new nonce for every try: an answer to an earlier one that comes late is not taken.
  const nonce = nonceFrom(randomBytes(16));
  const { policy } = options;
  const body = buildTimeStampRequest({ digest, hash, nonce, certReq: true, ...(policy === undefined ? {} : { policy }) });
  const answer = await ask(url, {
    method: 'POST',
    body,
    contentType: 'application/timestamp-query',
    accept: 'application/timestamp-reply',
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBytes: 200_000,
    reach: options.reach,
  });
  const { status, statusText, failInfo, token } = read(() => parseTimeStampResponse(answer.bytes), url);
  if (token === undefined) {
    const why = [statusText, failInfo?.join(', ')].filter(Boolean).join('; ') || `status ${status}`;
    const passing = failInfo?.some((one) => one === 'systemFailure' || one === 'timeNotAvailable') ?? false;
    throw new SourceFault('source.tsa-refused', `the time-stamping authority ${url} refused: ${why}`, { passing });
  }
  const { info } = read(() => parseTimeStampToken(token), url);
  const { messageImprint } = info;
  if (messageImprint.digest !== digest || !equalBytes(messageImprint.hash, hash)) throw mismatch(url, 'another hash');
  if (info.nonce !== nonce) throw mismatch(url, 'another nonce (an old answer was replayed)');
  if (policy !== undefined && info.policy !== policy) throw mismatch(url, `policy ${info.policy} instead of ${policy}`);
  return { token, info };
}

function read<T>(parse: () => T, url: string): T {
  try {
    return parse();
  } catch (cause) {
    throw new SourceFault('source.bad-answer', `${url} does not answer with a time-stamp response: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function mismatch(url: string, what: string): SourceFault {
  return new SourceFault('source.tsa-mismatch', `the time-stamp of ${url} is over ${what}`);
}
