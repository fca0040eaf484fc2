import { sql } from 'kysely';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { record } from '../journal/journal.ts';
import { isUnder } from '../scope.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { changeDevice, deviceById } from './act-store.ts';
import { askLocked } from './ask.ts';
import { limitsNow, type CertificateDeps } from './deps.ts';
import { afterReport, CAUSE_OF_REPORT, mayAsk, type DeviceReport } from './rules.ts';
import { lockHolding } from './store.ts';

const EVENTS: Readonly<Record<DeviceReport, string>> = {
  locked: 'DeviceLocked',
  lost: 'DeviceLost',
  broken: 'DeviceBroken',
  found: 'DeviceFound',
  returned: 'DeviceReturned',
  recovered: 'DeviceRecovered',
};

/**
 * What happened to a device. Lost or broken, the revocation of what is on it is prepared with its legal cause; it leaves
 * with the next request.
 *
 * @throws {Refusal} `certificate.device-not-found`, `certificate.changed-meanwhile`, `certificate.device-not-now`
 */
export async function reportDevice(
  deps: CertificateDeps,
  caller: Caller,
  id: string,
  input: { version: number; report: DeviceReport; note?: string | undefined },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const seen = await deviceById(tx, id);
    if (seen === undefined || !(await isUnder(tx, seen.agencyId, caller.position.agencyId))) {
      throw new Refusal('certificate.device-not-found');
    }
    const { rows } = await sql<{ id: string }>`select id from agency.holding where device_id = ${id}
      and state in ('issued', 'handed-over', 'active') order by id for update`.execute(tx);
    const device = (await deviceById(tx, id, true))!;
    if (device.version !== input.version) throw new Refusal('certificate.changed-meanwhile');
    const state = must(afterReport(device.state, input.report));
    const back = input.report === 'returned' ? { withWhom: caller.position.agencyName, personId: null, returnBy: null } : {};
    await changeDevice(tx, id, { state, ...back });
    const at = deps.clock();
    // It belongs to the story of the certificate that lies on it, or lay there last.
    const last = await lastOnDevice(tx, id);
    await record(tx, {
      ...{ event: EVENTS[input.report], at, agencyId: device.agencyId, actor: actorOf(caller) },
      ...(last === undefined ? {} : { documentId: last }),
      detail: { device: device.serial, ...(input.note === undefined ? {} : { note: input.note }) },
    });
    const cause = CAUSE_OF_REPORT[input.report];
    if (cause === undefined) return;
    const limits = await limitsNow(deps, tx);
    for (const row of rows) {
      const holding = (await lockHolding(tx, row.id))!;
      const wish = { act: 'revoke', cause, ...(input.note === undefined ? {} : { reason: input.note }) } as const;
      // Expired, or being revoked already: nothing more to ask.
      if (mayAsk(holding, wish, at, limits).ok) await askLocked(deps, tx, caller, holding, wish, limits);
    }
  });
}

async function lastOnDevice(tx: Tx, deviceId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from agency.holding where device_id = ${deviceId} order by issued_at desc nulls last, id limit 1`.execute(tx);
  return rows[0]?.id;
}
