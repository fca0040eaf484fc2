import { createHash, randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { inTransaction } from '@antin/adapters/db/transaction';
import { isOpen } from '../enrolment/rules.ts';
import { accountById as enrolmentById, accountByKid, isCertified } from '../enrolment/store.ts';
import { recordEvent } from '../journal/record.ts';
import { AcmeRefusal, type AcmeDoors } from './doors.ts';
import { bindingHolds, bindingKid, jwsHolds, readJws } from './jws.ts';
import { accountKey, spkiOfJwk, thumbprintOf, type Jwk } from './keys.ts';
import { AccountWish, KeyChange } from './messages.ts';
import { openOrders } from './order-store.ts';
import { badJws, requireInForce, type Asking } from './request.ts';
import {
  accountByThumbprint,
  boundKeys,
  changeContact,
  changeKey,
  deactivateAccount,
  insertAcmeAccount,
  type AcmeAccount,
} from './store.ts';

/** A machine has one key or a few. */
const MOST_KEYS = 30;

/** Accounts of RFC 8555 §7.3: one is one key of a machine, bound to the account that officers opened for it. */
export function accountRoutes(app: Hono, doors: AcmeDoors, { answer, problem, byAccount, looking, byKey }: Asking): void {
  const { db, clock, base } = doors;
  const path = new URL(base).pathname;

  app.post(`${path}/new-account`, (c) =>
    problem(c, async () => {
      const { jwk, payload, url, spend } = await byKey(c);
      const wish = AccountWish.parse(payload);
      const thumbprint = thumbprintOf(jwk);
      const there = await accountByThumbprint(db, thumbprint);
      if (there !== undefined) {
        await spend();
        requireInForce(there);
        return accountAnswer(c, there, 200);
      }
      if (wish.onlyReturnExisting === true) throw new AcmeRefusal('accountDoesNotExist', 'this key has no account', 400);
      const kid = bindingKid(wish.externalAccountBinding);
      if (kid === undefined) throw new AcmeRefusal('externalAccountRequired', 'an account of the authority must be bound', 403);
      const enrolment = await accountByKid(db, kid);
      const good =
        enrolment !== undefined &&
        isOpen(enrolment, clock().getTime()) &&
        bindingHolds(wish.externalAccountBinding, jwk, url, doors.box.open(enrolment.secret, enrolment.id));
      if (!good) throw notBound();
      await refuseCertified(jwk);
      await spend();
      const row = { id: randomUUID(), thumbprint, jwk, contact: wish.contact ?? [], enrolmentId: enrolment.id, at: clock() };
      await inTransaction(db, async (tx) => {
        // A stolen secret binds keys in silence otherwise: each is written down, and they are few.
        if ((await boundKeys(tx, enrolment.id)) >= MOST_KEYS)
          throw new AcmeRefusal('unauthorized', 'too many keys are bound to this account', 403);
        // An officer may have closed it meanwhile, with every key that was there.
        const current = await enrolmentById(tx, enrolment.id);
        if (current === undefined || !isOpen(current, row.at.getTime())) throw notBound();
        if (!(await insertAcmeAccount(tx, row))) return;
        const detail = { accountId: enrolment.id, acmeAccountId: row.id, keyThumbprint: thumbprint };
        await recordEvent(tx, row.at.getTime(), 'enrolment.key-bound', undefined, detail);
      });
      return accountAnswer(c, (await accountByThumbprint(db, thumbprint))!, 201);
    }),
  );

  app.post(`${path}/account/:id`, (c) =>
    problem(c, async () => {
      const { account, payload } = await byAccount(c);
      own(c, account);
      if (payload === undefined) return accountAnswer(c, account, 200);
      const wish = AccountWish.parse(payload);
      const now = clock();
      const deactivated = wish.status === 'deactivated';
      const contact = wish.contact ?? account.contact;
      await inTransaction(db, async (tx) => {
        if (wish.contact !== undefined) await changeContact(tx, account.id, wish.contact);
        // This key alone: the machine's other keys, and its EST, are the officers' to close.
        if (!deactivated || !(await deactivateAccount(tx, account.id, now))) return;
        const detail = { accountId: account.enrolmentId, acmeAccountId: account.id };
        await recordEvent(tx, now.getTime(), 'enrolment.key-unbound', undefined, detail);
      });
      return accountAnswer(c, { ...account, contact, deactivatedAt: deactivated ? now : null }, 200);
    }),
  );

  app.post(`${path}/account/:id/orders`, (c) =>
    problem(c, async () => {
      const { account } = await looking(c);
      own(c, account);
      const ids = await openOrders(db, account.id, clock());
      return answer(c, { orders: ids.map((id) => `${base}/order/${id}`) }, 200);
    }),
  );

  // RFC 8555 §7.3.5: the old key says so outside, the new one inside.
  app.post(`${path}/key-change`, (c) =>
    problem(c, async () => {
      const { account, payload, url } = await byAccount(c);
      const inner = readJws(payload);
      if (inner.status === 'bad') throw badJws(inner);
      if (!('jwk' in inner.by) || inner.nonce !== undefined || inner.url !== url)
        throw new AcmeRefusal('malformed', 'the inner JWS has the new key, the same address and no nonce', 400);
      const { jwk } = inner.by;
      if (!jwsHolds(inner, jwk)) throw new AcmeRefusal('malformed', 'the new key did not sign the inner JWS', 400);
      const change = KeyChange.parse(JSON.parse(inner.payload.toString('utf8')));
      const old = accountKey(change.oldKey);
      if (change.account !== `${base}/account/${account.id}` || old === undefined || thumbprintOf(old) !== account.thumbprint)
        throw new AcmeRefusal('malformed', 'the inner JWS speaks of another account or key', 400);
      const thumbprint = thumbprintOf(jwk);
      const holder = await accountByThumbprint(db, thumbprint);
      if (holder !== undefined) throw keyHeld(holder.id);
      await refuseCertified(jwk);
      const now = clock();
      await inTransaction(db, async (tx) => {
        if (!(await changeKey(tx, account.id, account.thumbprint, { thumbprint, jwk })))
          throw new AcmeRefusal('unauthorized', 'the account has another key by now', 401);
        const detail = { accountId: account.enrolmentId, acmeAccountId: account.id, keyThumbprint: thumbprint };
        await recordEvent(tx, now.getTime(), 'enrolment.key-changed', undefined, { ...detail, before: account.thumbprint });
      }).catch((fault: unknown) => {
        // Two accounts that change to one key at once.
        throw (fault as { code?: unknown }).code === UNIQUE ? keyHeld(undefined) : fault;
      });
      return accountAnswer(c, { ...account, thumbprint, jwk }, 200);
    }),
  );

  function own(c: Context, account: AcmeAccount): void {
    if (account.id !== c.req.param('id')) throw new AcmeRefusal('unauthorized', 'this is another account', 403);
  }

  function keyHeld(id: string | undefined): AcmeRefusal {
    const headers = id === undefined ? {} : { location: `${base}/account/${id}` };
    return new AcmeRefusal('malformed', 'the new key has an account already', 409, { headers });
  }

  /** A key that stands in a certificate signs other things: what it signed there must never be an order here. */
  async function refuseCertified(jwk: Jwk): Promise<void> {
    const spkiSha256 = createHash('sha256').update(spkiOfJwk(jwk)).digest('hex');
    if (await isCertified(db, spkiSha256)) throw new AcmeRefusal('badPublicKey', 'the key stands in a certificate', 400);
  }

  function accountAnswer(c: Context, account: AcmeAccount, status: 200 | 201): Response {
    const { id, contact, deactivatedAt, revokedAt } = account;
    const state = deactivatedAt !== null ? 'deactivated' : revokedAt !== null ? 'revoked' : 'valid';
    const view = { status: state, contact, orders: `${base}/account/${id}/orders` };
    return answer(c, view, status, { location: `${base}/account/${id}` });
  }
}

const UNIQUE = '23505';
const notBound = () => new AcmeRefusal('unauthorized', 'the external account binding does not hold', 403);
