import { createHash, randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { encodePem } from '@antin/pki/pem';
import { certifyMachine, type MachineRefusal } from '../enrolment/certify.ts';
import { stoppedByUs } from '../enrolment/closed.ts';
import { datesFor } from '../enrolment/dates.ts';
import { waitFor, windowStart } from '../enrolment/limits.ts';
import { deviceOf } from '../enrolment/present.ts';
import { isOpen } from '../enrolment/rules.ts';
import { accountById as enrolmentById, issuesSince, type AccountRecord } from '../enrolment/store.ts';
import { keyOf } from '../issuance/rules.ts';
import { AcmeRefusal, closedNow, rateLimited, type AcmeDoors } from './doors.ts';
import { FinalizeWish, namesOf, OrderWish } from './messages.ts';
import {
  claimOrder,
  insertOrder,
  isReplaced,
  orderById,
  orderThatWaits,
  releaseOrder,
  settleOrder,
  type AcmeOrder,
} from './order-store.ts';
import { authorizationView, orderView, statusOf } from './present.ts';
import { certificateNamed } from './renewal.ts';
import { uuid, type Asking } from './request.ts';
import type { AcmeAccount } from './store.ts';

const DAY_MS = 86_400_000;
const ORDER_MS = 7 * DAY_MS;
/** A machine has some certificates that are renewed every other month. */
const MOST_ORDERS = 300;
/** A certificate takes a fraction of a second; whoever finds one in work asks again soon. */
const WORK_SECONDS = '3';

/** Orders and what comes of them (RFC 8555 §7.4). */
export function orderRoutes(app: Hono, doors: AcmeDoors, { answer, problem, byAccount, looking }: Asking): void {
  const { db, clock, base, certify } = doors;
  const path = new URL(base).pathname;

  app.post(`${path}/new-order`, (c) =>
    problem(c, async () => {
      const { account, payload } = await byAccount(c);
      const wish = OrderWish.parse(payload);
      const names = namesOf(wish.identifiers);
      const enrolment = await openEnrolment(account);
      const { hostNames, profile } = deviceOf(enrolment.item);
      const stranger = names.find((name) => !hostNames.includes(name));
      if (stranger !== undefined) throw new AcmeRefusal('rejectedIdentifier', `${stranger} is not in the approved request`, 403);
      const now = clock();
      const until = enrolment.expiresAt.getTime();
      const { notBefore, notAfter, replaces } = wish;
      const asked = { ...(notBefore === undefined ? {} : { notBefore }), ...(notAfter === undefined ? {} : { notAfter }) };
      const dates = datesFor(asked, { now: now.getTime(), until, issuer: await certify.issuerFor(profile) });
      if (dates.status === 'refused') throw said(dates, 'malformed');
      if (replaces !== undefined) await requireReplaceable(enrolment, names, replaces);
      await limitOrders(account, names, now);
      const order: AcmeOrder = {
        ...{ id: randomUUID(), accountId: account.id, names, createdAt: now, expiresAt: new Date(now.getTime() + ORDER_MS) },
        ...{ certificate: null, error: null, spkiSha256: null, claimedAt: null, replaces: replaces ?? null },
        notBefore: notBefore === undefined ? null : new Date(notBefore),
        notAfter: notAfter === undefined ? null : new Date(notAfter),
      };
      await insertOrder(db, order);
      return answer(c, orderView(base, order, now), 201, { location: `${base}/order/${order.id}` });
    }),
  );

  app.post(`${path}/order/:id`, (c) =>
    problem(c, async () => {
      const { account } = await looking(c);
      return orderAnswer(c, await orderOf(c, account));
    }),
  );

  app.post(`${path}/authorization/:id/:name`, (c) =>
    problem(c, async () => {
      const { account } = await looking(c);
      const order = await orderOf(c, account);
      const name = c.req.param('name');
      if (!order.names.includes(name)) throw new AcmeRefusal('malformed', 'there is no such authorization', 404);
      return answer(c, authorizationView(order, name), 200);
    }),
  );

  app.post(`${path}/order/:id/finalize`, (c) =>
    problem(c, async () => {
      const { account, payload } = await byAccount(c);
      const order = await orderOf(c, account);
      const csr = Buffer.from(FinalizeWish.parse(payload).csr, 'base64url');
      if (statusOf(order, clock()) === 'invalid') throw new AcmeRefusal('orderNotReady', 'the order has ended', 403);
      const enrolment = await openEnrolment(account);
      const key = keyOf({ csr });
      if (key.status === 'refused') throw said(key, 'badCSR');
      const spkiSha256 = createHash('sha256').update(key.spki).digest('hex');
      const claim = await claimOrder(db, order.id, spkiSha256, clock());
      // One order is one certificate, whatever two clients that share it send at once.
      if (claim === 'taken') throw new AcmeRefusal('orderNotReady', 'the order was finalized with another key', 403);
      if (order.certificate !== null) return orderAnswer(c, order);
      const done = await certifyMachine(certify, enrolment, csr, {
        over: 'acme',
        names: order.names,
        ...(order.notBefore === null ? {} : { notBefore: order.notBefore.getTime() }),
        ...(order.notAfter === null ? {} : { notAfter: order.notAfter.getTime() }),
      }).catch(async (fault: unknown) => {
        // Ready again, for this key or another: no work is under way that could end it.
        if (claim === 'mine') await releaseOrder(db, order.id, spkiSha256);
        throw fault;
      });
      if (done.status === 'refused') {
        // In work in another request over the same key, maybe in another process: that one settles the order.
        if (done.code === 'enrolment.in-work') return orderAnswer(c, await orderOf(c, account));
        // Only by who took it: another request with this key may be signing.
        if (claim === 'mine') await releaseOrder(db, order.id, spkiSha256);
        throw said(done, 'badCSR');
      }
      await settleOrder(db, order.id, spkiSha256, done.certificate.raw);
      return orderAnswer(c, await orderOf(c, account));
    }),
  );

  app.post(`${path}/certificate/:id`, (c) =>
    problem(c, async () => {
      const { account } = await looking(c);
      const { certificate } = await orderOf(c, account);
      if (certificate === null) throw new AcmeRefusal('malformed', 'there is no certificate yet', 404);
      const chain = await doors.chainOf(new Uint8Array(certificate));
      const pem = chain.map((one) => encodePem('CERTIFICATE', one)).join('');
      return answer(c, pem, 200, { 'content-type': 'application/pem-certificate-chain' });
    }),
  );

  async function orderOf(c: Context, account: AcmeAccount): Promise<AcmeOrder> {
    const order = await orderById(db, uuid(c.req.param('id')), account.id);
    if (order === undefined) throw new AcmeRefusal('malformed', 'there is no such order', 404);
    return order;
  }

  function orderAnswer(c: Context, order: AcmeOrder): Response {
    const wait = statusOf(order, clock()) === 'processing' ? { 'retry-after': WORK_SECONDS } : {};
    return answer(c, orderView(base, order, clock()), 200, { location: `${base}/order/${order.id}`, ...wait });
  }

  async function openEnrolment({ enrolmentId }: AcmeAccount): Promise<AccountRecord> {
    const enrolment = await enrolmentById(db, enrolmentId);
    if (enrolment !== undefined && isOpen(enrolment, clock().getTime())) return enrolment;
    throw new AcmeRefusal('unauthorized', 'the external account is not open any more', 401);
  }

  /** A client in a loop hears so before it has made a key. */
  async function limitOrders(account: AcmeAccount, names: readonly string[], now: Date): Promise<void> {
    const oldest = await orderThatWaits(db, account.id, new Date(now.getTime() - DAY_MS), MOST_ORDERS);
    if (oldest !== undefined) {
      const seconds = Math.ceil((oldest.getTime() + DAY_MS - now.getTime()) / 1000);
      throw rateLimited(`no more than ${MOST_ORDERS} orders a day`, Math.max(60, seconds));
    }
    const issues = await issuesSince(db, account.enrolmentId, names, windowStart(now.getTime()));
    const wait = waitFor(issues, now.getTime(), certify.limits);
    if (wait > 0) throw rateLimited('no more certificates today for this account or these names', wait);
  }

  /** RFC 9773 §5: a certificate of the same machine with a name in common, that no other order has replaced. */
  async function requireReplaceable(enrolment: AccountRecord, names: readonly string[], replaces: string): Promise<void> {
    const old = await certificateNamed(doors, replaces);
    if (old === undefined || old.accountId !== enrolment.id || !old.hostNames.some((name) => names.includes(name)))
      throw new AcmeRefusal('malformed', 'the certificate to be replaced is not one of these names and this account', 400);
    if (await isReplaced(db, replaces))
      throw new AcmeRefusal('alreadyReplaced', 'another order has replaced this certificate', 409);
  }
}

function said({ code, detail, retryAfter }: MachineRefusal, otherwise: 'badCSR' | 'malformed'): AcmeRefusal {
  const words = detail === undefined ? code : `${code}: ${detail}`;
  if (retryAfter !== undefined) return rateLimited(words, retryAfter);
  const stopped = stoppedByUs(code);
  if (stopped !== undefined) return closedNow(stopped);
  return code === 'enrolment.account-closed'
    ? new AcmeRefusal('unauthorized', words, 401)
    : new AcmeRefusal(otherwise, words, 400);
}
