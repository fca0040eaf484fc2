import { Hono } from 'hono';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { enrolmentRoutes as routes, type MachineAccount } from '@antin/protocol/authority/enrolment';
import type { OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { MOST_YEARS, openAccount, shutAccount, type AccountDoors } from './accounts.ts';
import { accountById, allAccounts, type AccountRecord } from './store.ts';

export interface EnrolmentDoors extends AccountDoors {
  /** Addresses that machines are told. */
  readonly est: string;
  readonly acme: string;
  /** Where sessions of officers are looked up. */
  readonly session: AccountDoors['db'];
}

/** Accounts of machines, for officers. */
export function enrolmentApp(doors: EnrolmentDoors): Hono<OfficerEnv> {
  const { db, clock } = doors;
  const session = { db: doors.session, clock };
  const app = new Hono<OfficerEnv>();
  mount(app, routes.list, [requireOfficer(session, 'every')], async () => {
    const now = clock();
    return { items: (await allAccounts(db)).map((one) => view(one, now)) };
  });
  mount(app, routes.open, [requireOfficer(session, ['issuance'])], async ({ body, c }) => {
    // To the end of that day in Hà Nội.
    const expiresAt = new Date(Date.parse(`${body.until}T00:00:00+07:00`) + 86_400_000);
    const now = clock();
    const latest = new Date(now).setFullYear(now.getFullYear() + MOST_YEARS);
    if (expiresAt <= now || expiresAt.getTime() > latest) throw new Refusal('enrolment.until-not-allowed');
    const { id, secret } = await openAccount(doors, c.var.officer, { itemId: body.itemId, expiresAt });
    return { account: view((await accountById(db, id))!, now), secret, est: doors.est, acme: doors.acme };
  });
  mount(app, routes.close, [requireOfficer(session, ['issuance', 'revocation'])], async ({ params, c }) => {
    if ((await accountById(db, params.id)) === undefined) throw new Refusal('http.not-found');
    await shutAccount(doors, c.var.officer, params.id);
    return {};
  });
  return app;
}

function view(account: AccountRecord, now: Date): MachineAccount {
  const { id, kid, itemId, subject, agencyName, item, openedAt, expiresAt, closedAt } = account;
  const asked = item.act === 'new' || item.act === 'change' ? item.subject : undefined;
  const state = closedAt !== null ? 'closed' : expiresAt <= now ? 'expired' : 'open';
  return {
    ...{ id, kid, itemId, subject, agencyName, state },
    hostNames: asked?.form === '03' ? asked.hostNames : [],
    openedAt: openedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
