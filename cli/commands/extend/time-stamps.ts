import { timeStampFrom } from '@antin/adapters/sources/time-stamp';
import type { TimeStampSource } from '@antin/signature/making/time-stamp-source';
import { UsageFault } from '../options.ts';

/** Time-stamp authorities of states have been seen to take two minutes. */
const TIMEOUT_MS = 180_000;

/** Asks one authority, wherever it stands; without one, whoever needs a time-stamp is told. */
export function timeStampsFrom(url: string | undefined): TimeStampSource {
  return async (imprint) => {
    if (url === undefined) throw new UsageFault('a signature of the file has no time-stamp yet: --tsa URL is needed');
    const reach = { configured: [new URL(url).origin], publicInternet: false };
    return (await timeStampFrom(url, imprint, { reach, timeoutMs: TIMEOUT_MS, retries: 1 })).token;
  };
}
