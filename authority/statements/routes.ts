import { Hono, type Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { DevicesDeps } from '@antin/adapters/devices/doors';
import { deviceApp } from '@antin/adapters/devices/device-routes';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { statementRoutes as routes } from '@antin/protocol/authority/statements';
import type { OfficerEnv } from '../officers/caller.ts';
import { recordEvent } from '../journal/record.ts';
import { OFFICER_COOKIE, requireOfficer } from '../officers/require-officer.ts';
import { officerOfToken } from '../officers/sign-in.ts';
import { cancelOrder, orderStatements, statementOrder, type StatementDoors } from './orders.ts';

/** Statements of officers, signed by their own devices. */
export function statementsApp(doors: StatementDoors): Hono<OfficerEnv> {
  const { db, session, clock, jobs } = doors;
  const app = new Hono<OfficerEnv>();
  const officer = [requireOfficer({ db: session, clock }, 'every')];
  mount(app, routes.credentials, officer, async ({ c }) => {
    const { id, certificateSha256 } = c.var.officer;
    const held = await jobs.credentialsFor(db, { personId: id, positionId: id, kind: 'person' });
    const own = held.filter((one) => one.id === certificateSha256);
    return {
      credentials: own.map((one) => {
        const { id: credentialId, kind, holder, subject, issuer, serialHex, notAfter, deviceId, deviceName, online } = one;
        return { id: credentialId, kind, holder, subject, issuer, serialHex, notAfter, deviceId, deviceName, online };
      }),
    };
  });
  mount(app, routes.order, officer, ({ body, c }) => orderStatements(doors, c.var.officer, body));
  mount(app, routes.status, officer, ({ params, c }) => statementOrder(doors, c.var.officer, params.id));
  mount(app, routes.cancel, officer, async ({ params, c }) => {
    await cancelOrder(doors, c.var.officer, params.id);
    return {};
  });
  return app;
}

/** An officer's own list of devices, and the confirming of new ones: `/authority/api/devices`. */
export function officerDevices({
  session,
  ...deps
}: Omit<DevicesDeps, 'callerOf' | 'note'> & { readonly session: StatementDoors['session'] }): Hono {
  const app = new Hono();
  const callerOf = async (c: Context) => {
    const token = getCookie(c, OFFICER_COOKIE);
    const found = token === undefined ? undefined : await officerOfToken({ db: session, clock: deps.clock }, token);
    if (found === undefined) throw new Refusal('officer.session-needed');
    return { personId: found.officer.id, positionId: found.officer.id };
  };
  app.route(
    '/authority',
    deviceApp({
      ...deps,
      callerOf,
      note: (tx, { personId }, event, detail, at) =>
        recordEvent(tx, at.getTime(), event === 'DevicePaired' ? 'officer.device-paired' : 'officer.device-removed', undefined, {
          ...detail,
          officerId: personId,
        }),
    }),
  );
  return app;
}
