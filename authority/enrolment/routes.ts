import { Hono } from 'hono';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { enrolmentRoutes as routes, type MachineAccountDetail, type MachineKey } from '@antin/protocol/authority/enrolment';
import { recordEvent } from '../journal/record.ts';
import type { Officer, OfficerEnv } from '../officers/caller.ts';
import { requireOfficer } from '../officers/require-officer.ts';
import { MOST_YEARS, openAccount, shutAccount, type AccountDoors, type CloseKeys } from './accounts.ts';
import { accountsPage, candidates, fetchedBy, listedAccount, type ListedAccount } from './list.ts';
import { accountView, certificateView, deviceOf } from './present.ts';
import { withdraw } from './withdraw.ts';

export interface EnrolmentDoors extends AccountDoors {
  /** Addresses that machines are told. */
  readonly est: string;
  readonly acme: string;
  /** Where sessions of officers are looked up. */
  readonly session: AccountDoors['db'];
  /** Keys that ACME clients have bound to an account. */
  readonly keys: {
    readonly of: (db: Db, accountId: string) => Promise<readonly MachineKey[]>;
    readonly closeAll: CloseKeys;
    /** @returns false when there is none in force */
    readonly close: (tx: Tx, accountId: string, keyId: string, at: Date) => Promise<boolean>;
  };
  /** Where a machine is withdrawn: what is not believed any more is revoked with its account. */
  readonly revoking: AccountDoors['db'];
}

/** So many certificates are shown of one account. */
const MOST_SHOWN = 200;

/** Accounts of machines, for officers. */
export function enrolmentApp(doors: EnrolmentDoors): Hono<OfficerEnv> {
  const { db, clock, keys } = doors;
  const app = new Hono<OfficerEnv>();
  const may = (roles: Parameters<typeof requireOfficer>[1]) => [requireOfficer({ db: doors.session, clock }, roles)];

  async function known(id: string): Promise<ListedAccount> {
    const found = await listedAccount(db, id, clock());
    if (found === undefined) throw new Refusal('http.not-found');
    return found;
  }

  mount(app, routes.list, may('every'), async ({ query }) => {
    const now = clock();
    const { rows, next } = await accountsPage(db, query, now);
    return { items: rows.map((one) => accountView(one, now)), ...(next === undefined ? {} : { next }) };
  });
  mount(app, routes.candidates, may(['issuance']), async ({ query, c }) => {
    const rows = await candidates(db, query.q, clock());
    return {
      items: rows.map(({ itemId, subject, agencyName, item, approver, approvedAt }) => {
        const { use, hostNames } = deviceOf(item);
        const mayOpen = approver !== c.var.officer.id;
        return { itemId, subject, agencyName, use, hostNames, approvedAt: approvedAt.toISOString(), mayOpen };
      }),
    };
  });
  mount(app, routes.one, may('every'), async ({ params, c }) => {
    const now = clock();
    const row = await known(params.id);
    const account = accountView(row, now);
    const certificates = (await fetchedBy(db, row.id, MOST_SHOWN)).map((one) => certificateView(one, now));
    return { account, certificates, keys: [...(await keys.of(db, row.id))], may: actsOf(account, c.var.officer) };
  });
  mount(app, routes.open, may(['issuance']), async ({ body, c }) => {
    // To the end of that day in Hà Nội.
    const expiresAt = new Date(Date.parse(`${body.until}T00:00:00+07:00`) + 86_400_000);
    const now = clock();
    const latest = new Date(now).setFullYear(now.getFullYear() + MOST_YEARS);
    if (expiresAt <= now || expiresAt.getTime() > latest) throw new Refusal('enrolment.until-not-allowed');
    const { id, secret } = await openAccount(doors, c.var.officer, { itemId: body.itemId, expiresAt });
    // Told once: no copy of it stays behind on the way.
    c.header('cache-control', 'no-store');
    return { account: accountView(await known(id), now), secret, est: doors.est, acme: doors.acme };
  });
  mount(app, routes.close, may(['issuance', 'revocation']), async ({ params, c }) => {
    const { id } = await known(params.id);
    await shutAccount(doors, c.var.officer, id, keys.closeAll);
    return {};
  });
  mount(app, routes.withdraw, may(['revocation']), async ({ params, body, c }) => {
    const { id } = await known(params.id);
    return { revoked: await withdraw({ db: doors.revoking, clock }, c.var.officer, { id, cause: body.cause }, keys.closeAll) };
  });
  mount(app, routes.closeKey, may(['issuance', 'revocation']), async ({ params, c }) => {
    const { id } = await known(params.id);
    const at = clock();
    await inTransaction(db, async (tx) => {
      if (!(await keys.close(tx, id, params.keyId, at))) throw new Refusal('enrolment.no-such-key');
      const detail = { accountId: id, acmeAccountId: params.keyId, officerId: c.var.officer.id };
      await recordEvent(tx, at.getTime(), 'enrolment.key-revoked', undefined, detail);
    });
    return {};
  });
  return app;
}

function actsOf({ state, certificates, keys }: MachineAccountDetail['account'], officer: Officer): MachineAccountDetail['may'] {
  const issues = officer.roles.includes('issuance');
  const revokes = officer.roles.includes('revocation');
  const acts: MachineAccountDetail['may'] = [];
  if ((issues || revokes) && state !== 'closed') acts.push('close');
  if (revokes && (state !== 'closed' || certificates.valid > 0)) acts.push('withdraw');
  if ((issues || revokes) && keys > 0) acts.push('close-key');
  return acts;
}
