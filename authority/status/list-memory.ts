import { createHash } from 'node:crypto';
import type { Db } from '@antin/adapters/db/transaction';
import type { ListName } from './change.ts';
import { newestCrl, publishedNumber } from './store.ts';

export interface ReadyList {
  readonly number: number;
  readonly der: Uint8Array;
  readonly thisUpdate: number;
  readonly etag: string;
}

/** All lists together: a full list of a million entries has fifty. */
const MOST_OCTETS = 256 * 1024 * 1024;

/**
 * The newest bytes of each list, kept in memory: every reader of a long list asks for the same megabytes. Whether they are
 * still the newest is asked each time, by one row.
 */
export function listMemory(db: Db) {
  const lists = new Map<string, ReadyList>();
  let octets = 0;
  return async function newest({ issuerSha256, shard }: ListName): Promise<ReadyList | undefined> {
    const key = `${issuerSha256} ${shard}`;
    const number = await publishedNumber(db, issuerSha256, shard);
    const known = lists.get(key);
    if (known !== undefined && known.number === number) return known;
    const crl = await newestCrl(db, issuerSha256, shard);
    if (crl === undefined) return undefined;
    const etag = `"${createHash('sha256').update(crl.der).digest('hex').slice(0, 32)}"`;
    const ready = { number: crl.number, der: crl.der, thisUpdate: crl.thisUpdate, etag };
    octets += crl.der.length - (known?.der.length ?? 0);
    lists.set(key, ready);
    if (octets > MOST_OCTETS) {
      lists.clear();
      octets = 0;
    }
    return ready;
  };
}
