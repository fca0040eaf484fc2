import { randomBytes } from 'node:crypto';
import { timeStampFrom } from '@antin/adapters/sources/time-stamp';
import type { AuthorityService } from '@antin/authority/service';
import { buildTimeStampRequest, nonceFrom } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';

/** @param imprint SHA-256 of a signature value @returns DER of a TimeStampToken */
export type TimeStamp = (imprint: Uint8Array) => Promise<Uint8Array>;

/** The configured authority over HTTP when there is an address, else the one of this process; with neither, nobody answers. */
export function timeStamps(url: string | undefined, authority: (() => AuthorityService) | undefined): TimeStamp {
  if (url !== undefined && url !== '') {
    const reach = { configured: [new URL(url).origin], publicInternet: false };
    // 180 s: the state's authority has been seen to take two minutes.
    return async (hash) => (await timeStampFrom(url, { digest: 'SHA-256', hash }, { reach, timeoutMs: 180_000 })).token;
  }
  if (authority === undefined) return () => Promise.reject(new Error('no time-stamp authority: ANTIN_TSA_URL is not set'));
  return async (hash) => {
    const request = buildTimeStampRequest({ digest: 'SHA-256', hash, nonce: nonceFrom(randomBytes(16)), certReq: true });
    const answer = parseTimeStampResponse(await authority().timeStamp(request));
    if (answer.token === undefined) throw new Error(`the time-stamp authority refused: status ${answer.status}`);
    return answer.token;
  };
}
