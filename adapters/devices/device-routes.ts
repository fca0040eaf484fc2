import { Hono } from 'hono';
import { deviceRoutes, type Device } from '@antin/protocol/office/devices';
import { Refusal } from '../http/refusal.ts';
import { inTransaction } from '../db/transaction.ts';
import type { AgentDeps, DeviceCaller, DevicesDeps } from './doors.ts';
import { ONLINE_MS } from './signing-jobs.ts';
import {
  addDevicePerson,
  codeAttemptsSince,
  credentialsOfDevice,
  deviceById,
  devicesOf,
  markPaired,
  noteCodeAttempt,
  pendingByCode,
  removeDevicePerson,
  type DeviceRow,
} from './store.ts';

const MAX_CODE_ATTEMPTS = 10;
const ATTEMPT_WINDOW_MS = 10 * 60_000;

/** What a person does with their devices: see them, confirm a code, remove one. */
export function deviceApp<C extends DeviceCaller>(deps: DevicesDeps<C>): Hono {
  const { db, clock } = deps;
  const app = new Hono();

  app.get(deviceRoutes.list.path, async (c) => {
    const caller = await deps.callerOf(c);
    const found = await devicesOf(db, caller.personId);
    return c.json({ devices: await Promise.all(found.map((row) => present(deps, row, caller))) });
  });

  app.post(deviceRoutes.confirm.path, async (c) => {
    const caller = await deps.callerOf(c);
    const { personId } = caller;
    const body = deviceRoutes.confirm.body?.safeParse(await c.req.json().catch(() => undefined));
    const now = clock();
    const since = new Date(now.getTime() - ATTEMPT_WINDOW_MS);
    // A signed-in attacker could otherwise guess codes of agents that wait for somebody else.
    if ((await codeAttemptsSince(db, personId, since)) >= MAX_CODE_ATTEMPTS) throw new Refusal('device.code-attempts');
    const userCode = body?.success === true ? body.data.userCode : undefined;
    const paired = await inTransaction(db, async (tx) => {
      const row = userCode === undefined ? undefined : await pendingByCode(tx, userCode, now);
      if (row === undefined) return undefined;
      await markPaired(tx, row.id, now);
      await addDevicePerson(tx, row.id, personId, now);
      await deps.note(tx, caller, 'DevicePaired', told(row), now);
      return deviceById(tx, row.id);
    });
    if (paired === undefined) {
      await noteCodeAttempt(db, personId, now);
      throw new Refusal('device.code-unknown', { fields: [{ path: 'userCode', code: 'device.code-unknown' }] });
    }
    return c.json(await present(deps, paired, caller));
  });

  app.delete(deviceRoutes.remove.path, async (c) => {
    const caller = await deps.callerOf(c);
    const params = deviceRoutes.remove.params?.safeParse(c.req.param());
    if (params?.success !== true) throw new Refusal('device.not-found');
    const removed = await inTransaction(db, async (tx) => {
      const row = await deviceById(tx, params.data.id);
      if (row === undefined || !(await removeDevicePerson(tx, row.id, caller.personId, clock()))) return false;
      await deps.note(tx, caller, 'DeviceRemoved', told(row), clock());
      return true;
    });
    if (!removed) throw new Refusal('device.not-found');
    return c.json({});
  });

  return app;
}

function told(device: DeviceRow): Record<string, string> {
  return { device: device.name, holder: device.holder, deviceId: device.id };
}

/** One person's view: on an agent shared by many (practice) they see their own certificates and the seal they may use now. */
async function present({ db, clock, directory }: AgentDeps, row: DeviceRow, caller: DeviceCaller): Promise<Device> {
  const { personId, positionId } = caller;
  const agencyId = await directory.sealAgencyOf(db, { personId, positionId });
  const now = clock();
  const credentials = await credentialsOfDevice(db, row.id);
  return {
    id: row.id,
    name: row.name,
    holder: row.holder,
    pairedAt: (row.paired_at ?? now).toISOString(),
    ...(row.last_seen_at === null ? {} : { lastSeenAt: row.last_seen_at.toISOString() }),
    online: row.last_seen_at !== null && now.getTime() - row.last_seen_at.getTime() < ONLINE_MS,
    certificates: credentials
      .filter((credential) => credential.bound_to === (credential.kind === 'person' ? personId : agencyId))
      .map((credential) => ({
        subject: credential.subject,
        serialHex: credential.serial_hex,
        notAfter: credential.not_after.toISOString(),
      })),
  };
}
