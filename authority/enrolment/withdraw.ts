import { inTransaction } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { Refusal as Refused } from '../fault.ts';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import type { AccountDoors, CloseKeys } from './accounts.ts';
import { fetchedBy } from './list.ts';
import { closeAccount } from './store.ts';

/** Revokes one certificate for a legal cause, by an officer. */
export type RevokeFor = (
  target: { readonly issuerSha256: string; readonly serialHex: string },
  wish: { readonly cause: RevocationCause; readonly by: string },
) => Promise<{ readonly status: 'revoked' } | Refused>;

/** More than an account can fetch in its life of certificates that live 90 days. */
const MOST = 100_000;

/**
 * The machine is not to be believed any more: its account is closed first, so that it fetches nothing new meanwhile, then each
 * valid certificate is revoked for the cause. Done again after a fault it goes on where it stood.
 *
 * @returns how many certificates were revoked now
 * @throws {Refusal} a code of revocation, when a certificate cannot be revoked; those before it are
 */
export async function withdraw(
  { db, clock }: AccountDoors,
  officer: Officer,
  wish: { readonly id: string; readonly cause: RevocationCause },
  acts: { readonly closeKeys: CloseKeys; readonly revoke: RevokeFor },
): Promise<number> {
  const now = clock();
  await inTransaction(db, async (tx) => {
    const closedNow = await closeAccount(tx, wish.id, officer.id, now);
    const keysClosed = await acts.closeKeys(tx, wish.id, now);
    const detail = { accountId: wish.id, officerId: officer.id, cause: wish.cause, closedNow, keysClosed };
    await recordEvent(tx, now.getTime(), 'enrolment.account-withdrawn', undefined, detail);
  });
  let revoked = 0;
  for (const one of await fetchedBy(db, wish.id, MOST)) {
    if (one.revokedAt !== null || one.notAfter <= now) continue;
    const target = { issuerSha256: one.issuerSha256, serialHex: one.serialHex };
    const done = await acts.revoke(target, { cause: wish.cause, by: officer.id });
    if (done.status === 'revoked') revoked += 1;
    // Somebody else was quicker.
    else if (done.code !== 'revocation.already-revoked') throw new Refusal(done.code);
  }
  return revoked;
}
