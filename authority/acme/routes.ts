import { randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { limitRate, peerAddress, rateLimit } from '@antin/adapters/http/rate-limit';
import { inTransaction } from '@antin/adapters/db/transaction';
import { encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { bindingHolds, bindingKid, thumbprintOf } from './jws.ts';
import { isOpen } from '../enrolment/rules.ts';
import { accountById as enrolmentById, accountByKid, accountOfCertificate } from '../enrolment/store.ts';
import { certifyMachine } from '../enrolment/certify.ts';
import { recordEvent } from '../journal/record.ts';
import { fingerprint } from '../issuance/issue.ts';
import { AcmeRefusal, type AcmeDoors } from './doors.ts';
import { AccountWish, FinalizeWish, OrderWish, RevokeWish } from './messages.ts';
import { authorizationView, orderView } from './present.ts';
import { asking } from './request.ts';
import {
  accountByThumbprint,
  boundKeys,
  changeAcmeAccount,
  insertAcmeAccount,
  insertOrder,
  orderById,
  ordersSince,
  settleOrder,
  type AcmeAccount,
} from './store.ts';

const DAY_MS = 86_400_000;
const ORDER_MS = 7 * DAY_MS;
/** A machine has one key or a few, and some certificates that are renewed every other month. */
const MOST_KEYS = 30;
const MOST_ORDERS = 300;

/**
 * ACME (RFC 8555) for devices and services, below `base`. Whoever comes must be bound to an account that was opened for an
 * approved request (§7.3.4); the host names of that request need no further proof, so orders are ready at once and
 * no challenge makes this server call anywhere.
 */
export function acmeApp(doors: AcmeDoors): Hono {
  const { db, clock, base } = doors;
  const path = new URL(base).pathname;
  const app = new Hono();
  const { answer, signed, problem } = asking(doors);
  app.use(
    `${path}/*`,
    limitRate(rateLimit({ perMinute: 300, burst: 300, clock }), (c) => peerAddress(c)),
  );
  app.use(`${path}/*`, async (c, next) => {
    await next();
    c.res.headers.set('link', `<${base}/directory>;rel="index"`);
  });

  app.get(`${path}/directory`, (c) =>
    c.json({
      newNonce: `${base}/new-nonce`,
      newAccount: `${base}/new-account`,
      newOrder: `${base}/new-order`,
      revokeCert: `${base}/revoke-cert`,
      keyChange: `${base}/key-change`,
      meta: { externalAccountRequired: true },
    }),
  );
  app.on(['GET', 'HEAD'], `${path}/new-nonce`, (c) => answer(c, null, c.req.method === 'HEAD' ? 200 : 204));

  app.post(`${path}/new-account`, (c) =>
    problem(c, async () => {
      const { jws, payload, url } = await signed(c, 'jwk');
      const jwk = jws.header.jwk!;
      const wish = AccountWish.parse(payload);
      const thumbprint = thumbprintOf(jwk);
      const there = await accountByThumbprint(db, thumbprint);
      if (there !== undefined) return accountAnswer(c, there, 200);
      if (wish.onlyReturnExisting === true) throw new AcmeRefusal('accountDoesNotExist', 'this key has no account', 400);
      const kid = bindingKid(wish.externalAccountBinding);
      if (kid === undefined) throw new AcmeRefusal('externalAccountRequired', 'an account of the authority must be bound', 403);
      const enrolment = await accountByKid(db, kid);
      const good =
        enrolment !== undefined &&
        isOpen(enrolment, clock().getTime()) &&
        bindingHolds(wish.externalAccountBinding, jwk, url, doors.box.open(enrolment.secret, enrolment.id));
      if (!good) throw new AcmeRefusal('unauthorized', 'the external account binding does not hold', 403);
      const row = { id: randomUUID(), thumbprint, jwk, contact: wish.contact ?? [], enrolmentId: enrolment.id, at: clock() };
      await inTransaction(db, async (tx) => {
        // A stolen secret binds keys in silence otherwise: each is written down, and they are few.
        if ((await boundKeys(tx, enrolment.id)) >= MOST_KEYS)
          throw new AcmeRefusal('unauthorized', 'too many keys are bound to this account', 403);
        if (!(await insertAcmeAccount(tx, row))) return;
        const detail = { accountId: enrolment.id, acmeAccountId: row.id, keyThumbprint: thumbprint };
        await recordEvent(tx, row.at.getTime(), 'enrolment.key-bound', undefined, detail);
      });
      return accountAnswer(c, (await accountByThumbprint(db, thumbprint))!, 201);
    }),
  );

  app.post(`${path}/account/:id`, (c) =>
    problem(c, async () => {
      const { account, payload } = await signed(c, 'kid');
      if (account.id !== c.req.param('id')) throw new AcmeRefusal('unauthorized', 'this is another account', 403);
      if (payload !== undefined) {
        const wish = AccountWish.parse(payload);
        const now = clock();
        await inTransaction(db, async (tx) => {
          await changeAcmeAccount(tx, account.id, {
            ...(wish.contact === undefined ? {} : { contact: wish.contact }),
            ...(wish.status === 'deactivated' ? { deactivatedAt: now } : {}),
          });
          if (wish.status !== 'deactivated') return;
          const detail = { accountId: account.enrolmentId, acmeAccountId: account.id };
          await recordEvent(tx, now.getTime(), 'enrolment.key-unbound', undefined, detail);
        });
      }
      return accountAnswer(c, (await accountByThumbprint(db, thumbprintOf(account.jwk)))!, 200);
    }),
  );

  app.post(`${path}/new-order`, (c) =>
    problem(c, async () => {
      const { account, payload } = await signed(c, 'kid');
      const wish = OrderWish.parse(payload);
      const names = [...new Set(wish.identifiers.map(({ value }) => value.toLowerCase()))].sort();
      const approved = await approvedNames(account);
      const stranger = names.find((name) => !approved.includes(name));
      if (stranger !== undefined) throw new AcmeRefusal('rejectedIdentifier', `${stranger} is not in the approved request`, 403);
      if (wish.notBefore !== undefined || wish.notAfter !== undefined)
        throw new AcmeRefusal('malformed', 'the profile decides how long a certificate lives', 400);
      if ((await ordersSince(db, account.id, new Date(clock().getTime() - DAY_MS))) >= MOST_ORDERS)
        throw new AcmeRefusal('rateLimited', `no more than ${MOST_ORDERS} orders a day`, 429);
      const id = randomUUID();
      const expiresAt = new Date(clock().getTime() + ORDER_MS);
      await insertOrder(db, { id, accountId: account.id, names, at: clock(), expiresAt });
      const order = { id, accountId: account.id, names, expiresAt, certificate: null, error: null };
      return answer(c, orderView(base, order, clock()), 201, { location: `${base}/order/${id}` });
    }),
  );

  const orderOf = async (c: Context, account: AcmeAccount) => {
    const order = await orderById(db, uuid(c.req.param('id')), account.id);
    if (order === undefined) throw new AcmeRefusal('malformed', 'there is no such order', 404);
    return order;
  };

  app.post(`${path}/order/:id`, (c) =>
    problem(c, async () => {
      const { account } = await signed(c, 'kid');
      return answer(c, orderView(base, await orderOf(c, account), clock()), 200);
    }),
  );

  app.post(`${path}/authorization/:id/:name`, (c) =>
    problem(c, async () => {
      const { account } = await signed(c, 'kid');
      const order = await orderOf(c, account);
      const name = c.req.param('name');
      if (!order.names.includes(name)) throw new AcmeRefusal('malformed', 'there is no such authorization', 404);
      return answer(c, authorizationView(order, name), 200);
    }),
  );

  app.post(`${path}/order/:id/finalize`, (c) =>
    problem(c, async () => {
      const { account, payload } = await signed(c, 'kid');
      const order = await orderOf(c, account);
      if (order.certificate !== null) return answer(c, orderView(base, order, clock()), 200);
      if (order.error !== null || order.expiresAt <= clock()) throw new AcmeRefusal('orderNotReady', 'the order has ended', 403);
      const { csr } = FinalizeWish.parse(payload);
      const enrolment = await enrolmentById(db, account.enrolmentId);
      if (enrolment === undefined) throw new AcmeRefusal('unauthorized', 'the account is not bound any more', 403);
      const done = await certifyMachine(doors.certify, enrolment, Buffer.from(csr, 'base64url'), order.names);
      if (done.status === 'refused') {
        // A request that can be mended leaves the order open (§7.4): the client may send another.
        throw new AcmeRefusal('badCSR', `${done.code}${done.detail === undefined ? '' : `: ${done.detail}`}`, 400);
      }
      await settleOrder(db, order.id, { certificate: done.certificate.raw });
      return answer(c, orderView(base, await orderOf(c, account), clock()), 200, { location: `${base}/order/${order.id}` });
    }),
  );

  app.post(`${path}/certificate/:id`, (c) =>
    problem(c, async () => {
      const { account } = await signed(c, 'kid');
      const { certificate } = await orderOf(c, account);
      if (certificate === null) throw new AcmeRefusal('malformed', 'there is no certificate yet', 404);
      const chain = [new Uint8Array(certificate), ...(await doors.intermediates())];
      const pem = chain.map((one) => encodePem('CERTIFICATE', one)).join('');
      return answer(c, pem, 200, { 'content-type': 'application/pem-certificate-chain' });
    }),
  );

  app.post(`${path}/revoke-cert`, (c) =>
    problem(c, async () => {
      // By its account only: that the key of a certificate revokes it is asked of people, who know why.
      const { account, payload } = await signed(c, 'kid');
      const wish = RevokeWish.parse(payload);
      const certificate = parseCertificate(Buffer.from(wish.certificate, 'base64url'));
      const issuer = await doors.issuerOf(certificate);
      const owner = issuer === undefined ? undefined : await accountOfCertificate(db, fingerprint(issuer), certificate.serialHex);
      if (issuer === undefined || owner !== account.enrolmentId)
        throw new AcmeRefusal('unauthorized', 'this certificate is not of this account', 403);
      const done = await doors.revoke(fingerprint(issuer), certificate.serialHex, wish.reason === 1);
      if (done.status === 'refused') {
        const already = done.code === 'revocation.already-revoked';
        throw new AcmeRefusal(already ? 'alreadyRevoked' : 'badRevocationReason', done.code, 400);
      }
      return answer(c, null, 200);
    }),
  );

  app.post(`${path}/key-change`, (c) =>
    problem(c, async () => {
      await signed(c, 'kid');
      throw new AcmeRefusal('unauthorized', 'a machine with a new account key is bound anew, with its external account', 403);
    }),
  );
  return app;

  function accountAnswer(c: Context, account: AcmeAccount, status: 200 | 201): Response {
    const { id, contact, deactivatedAt } = account;
    const view = { status: deactivatedAt === null ? 'valid' : 'deactivated', contact, orders: `${base}/account/${id}/orders` };
    return answer(c, view, status, { location: `${base}/account/${id}` });
  }

  async function approvedNames({ enrolmentId }: AcmeAccount): Promise<readonly string[]> {
    const enrolment = await enrolmentById(db, enrolmentId);
    if (enrolment === undefined || !isOpen(enrolment, clock().getTime()))
      throw new AcmeRefusal('unauthorized', 'the external account is closed', 403);
    const { item } = enrolment;
    const subject = item.act === 'new' || item.act === 'change' ? item.subject : undefined;
    return subject?.form === '03' ? subject.hostNames : [];
  }
}

function uuid(text: string | undefined): string {
  if (text === undefined || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) {
    throw new AcmeRefusal('malformed', 'there is nothing of that name', 404);
  }
  return text;
}
