import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { isOpen, sameSecret, whyNoAccount } from './rules.ts';
import type { SecretBox } from './secret.ts';
import { accountByKid, closeAccount, insertAccount, lockItem, touchAccount, type AccountRecord } from './store.ts';

export interface AccountDoors {
  readonly db: AnyDatabase;
  readonly clock: Clock;
  readonly box: SecretBox;
}

/** Longest life of an account: as long as a certificate of a device (Decree 68/2024 art. 9). */
export const MOST_YEARS = 5;

/**
 * Opens an account for a machine whose request two officers agreed on; a third opens. The secret is told once.
 *
 * @throws {Refusal} `http.not-found`, `enrolment.not-a-device`, `enrolment.not-approved`, `enrolment.same-officer`
 */
export async function openAccount(
  { db, clock, box }: AccountDoors,
  officer: Officer,
  wish: { readonly itemId: string; readonly expiresAt: Date },
): Promise<{ readonly id: string; readonly kid: string; readonly secret: string }> {
  const now = clock();
  const id = randomUUID();
  const kid = `m-${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(32);
  await inTransaction(db, async (tx) => {
    const item = await lockItem(tx, wish.itemId);
    if (item === undefined) throw new Refusal('http.not-found');
    const why = whyNoAccount(item, officer.id);
    if (why !== undefined) throw new Refusal(why);
    const sealed = box.seal(secret, id);
    await insertAccount(tx, {
      id,
      kid,
      secret: sealed,
      itemId: wish.itemId,
      openedBy: officer.id,
      at: now,
      expiresAt: wish.expiresAt,
    });
    await recordEvent(tx, now.getTime(), 'enrolment.account-opened', undefined, {
      ...{ accountId: id, kid, requestItemId: wish.itemId, officerId: officer.id },
      expiresAt: wish.expiresAt.toISOString(),
    });
  });
  return { id, kid, secret: secret.toString('base64url') };
}

/** What ACME does with its keys when the account above them ends; in the same transaction. @returns how many were in force */
export type CloseKeys = (tx: Tx, accountId: string, at: Date) => Promise<number>;

/**
 * Nothing is issued for it any more, and its ACME keys are revoked. Its certificates stay: a server that moves elsewhere must
 * not stand still for it.
 *
 * @throws {Refusal} `enrolment.account-closed`
 */
export async function shutAccount(
  { db, clock }: AccountDoors,
  officer: Officer,
  id: string,
  closeKeys: CloseKeys,
): Promise<void> {
  const now = clock();
  await inTransaction(db, async (tx) => {
    if (!(await closeAccount(tx, id, officer.id, now))) throw new Refusal('enrolment.account-closed');
    const keysClosed = await closeKeys(tx, id, now);
    await recordEvent(tx, now.getTime(), 'enrolment.account-closed', undefined, {
      ...{ accountId: id, officerId: officer.id, keysClosed },
    });
  });
}

/** Stands for the secret of accounts that are not there, so that a wrong name takes as long as a wrong secret. */
const NOBODY = randomBytes(32);

/** The account of a machine that says its name and secret; undefined for every kind of no. */
export async function accountOf(
  { db, clock, box }: AccountDoors,
  kid: string,
  secret: string,
): Promise<AccountRecord | undefined> {
  const account = await accountByKid(db, kid);
  const right = sameSecret(secret, account === undefined ? NOBODY : box.open(account.secret, account.id));
  if (account === undefined || !right || !isOpen(account, clock().getTime())) return undefined;
  await touchAccount(db, account.id, 'est', clock());
  return account;
}
