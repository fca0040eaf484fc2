import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { NO_LATER_LIST } from '../../status/crl.ts';
import type { Left } from './certificates.ts';
import { number, text, type Happened } from './entry.ts';

const DAY_MS = 86_400_000;

/**
 * Numbers of lists that were published: the next is greater, and is built at once.
 *
 * @param signed whether a believed head holds the entry. A number of one that none holds is taken only when a clock could have
 *   given it: a forger's 2^60 would leave no number for any list that follows
 */
export async function replayList(tx: Tx, entry: Happened, now: number, left: Left, signed: boolean): Promise<void> {
  const [issuer, list, published] = [
    text(entry.detail['issuerSha256']),
    number(entry.detail['shard']),
    number(entry.detail['number']),
  ];
  const about = `${issuer ?? ''} ${list ?? ''} ${published ?? ''}`;
  if (!signed && (published === undefined || published > now + DAY_MS)) return left(entry, 'list-unknown', about);
  // Behind a last list comes none but a last one: the retiring of its generation makes it again, with a greater number.
  const last = entry.detail['last'] === true;
  const done = await sql`
    update authority.crl_list set number = greatest(number, ${published ?? null}::bigint),
      build_at = ${new Date(last ? NO_LATER_LIST : now)}
    where issuer_sha256 = ${issuer ?? ''} and shard = ${list ?? -1}`.execute(tx);
  if (last || done.numAffectedRows !== 1n) left(entry, 'list-unknown', about);
}

/**
 * What was published in the last minute stands in no copy, and while a copy could not be written it is more than a minute. Numbers
 * of lists are moments, so all go on a day behind the newest that the copy knows of: greater than any that was given out, also
 * when the clock of the restored machine is slow.
 *
 * @param newest moment of the newest entry under a believed head
 */
export async function liftLists(tx: Tx, newest: number): Promise<void> {
  await sql`
    update authority.crl_list set number = greatest(number, ${newest + DAY_MS}::bigint)
    where number is not null and next_update is distinct from ${new Date(NO_LATER_LIST)}`.execute(tx);
}
