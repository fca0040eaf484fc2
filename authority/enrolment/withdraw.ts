import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Clock } from '@antin/adapters/clock/clock';
import { Refusal } from '@antin/adapters/http/refusal';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { revokeWithin } from '../revocation/revoke.ts';
import type { CloseKeys } from './accounts.ts';
import { fetchedBy } from './list.ts';
import { closeAccount } from './store.ts';

/** More than an account can fetch in its life of certificates that live 90 days. */
const MOST = 100_000;

/**
 * The machine is not to be believed any more: its account and keys are closed and every valid certificate is revoked for the
 * cause, all of it or nothing. Whatever happens meanwhile, no machine is left that is half believed.
 *
 * @param parts.db the part of revocation
 * @returns how many certificates were revoked now
 * @throws {Refusal} a code of revocation, when a certificate cannot be revoked; then nothing was done
 */
export async function withdraw(
  { db, clock }: { readonly db: AnyDatabase; readonly clock: Clock },
  officer: Officer,
  wish: { readonly id: string; readonly cause: RevocationCause },
  closeKeys: CloseKeys,
): Promise<number> {
  const now = clock();
  return inTransaction(db, async (tx) => {
    // First: a certificate that is being signed meanwhile waits here, and is then handed to nobody.
    const closedNow = await closeAccount(tx, wish.id, officer.id, now);
    const keysClosed = await closeKeys(tx, wish.id, now);
    const valid = (await fetchedBy(tx, wish.id, MOST)).filter((one) => one.revokedAt === null && one.notAfter > now);
    let revoked = 0;
    // In one order everywhere, so that two who withdraw wait and do not lock each other out.
    for (const { issuerSha256, serialHex } of valid.toSorted((a, b) => (a.serialHex < b.serialHex ? -1 : 1))) {
      const done = await revokeWithin(tx, { issuerSha256, serialHex }, { cause: wish.cause, by: officer.id }, now.getTime());
      if (done.status === 'revoked') revoked += 1;
      // Somebody else was quicker.
      else if (done.code !== 'revocation.already-revoked') throw new Refusal(done.code);
    }
    const detail = { accountId: wish.id, officerId: officer.id, cause: wish.cause, closedNow, keysClosed, revoked };
    await recordEvent(tx, now.getTime(), 'enrolment.account-withdrawn', undefined, detail);
    return revoked;
  });
}
