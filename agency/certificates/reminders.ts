import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import type { JobHandler } from '@antin/adapters/db/worker';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import { readCursor } from '../keyset.ts';
import { inScopeAlong, type Scope } from '../scope.ts';
import type { CertificateDeps } from './deps.ts';
import { REMINDERS, reminderDue } from './rules.ts';

export const REMIND_QUEUE = 'certificates.remind';
const DAY_MS = 86_400_000;
const CHUNK = 500;

export interface ReminderRecord {
  readonly id: string;
  readonly name: string;
  readonly agencyName: string;
  readonly notAfter: Date;
  readonly threshold: number;
  readonly raisedAt: Date;
}

/**
 * Once a day: every certificate in use that passed 60, 30 or 7 days before its end is marked, each of the three once. The
 * marks are the notices that officers and subscribers see; mail comes from the same rows.
 */
export function reminderJobs(deps: Pick<CertificateDeps, 'db' | 'clock'>): Readonly<Record<string, JobHandler>> {
  return {
    [REMIND_QUEUE]: async () => {
      const now = deps.clock();
      await raiseReminders(deps.db, now);
      await inTransaction(deps.db, (tx) => scheduleReminders(tx, new Date(now.getTime() + DAY_MS)));
    },
  };
}

/** The day's job: a second one of the same day is not added. */
export async function scheduleReminders(db: Db, at: Date): Promise<void> {
  const day = officeDay(at);
  // Half past six, before offices open.
  await enqueue(db as never, { queue: REMIND_QUEUE, key: day, payload: {}, runAt: new Date(`${day}T06:30:00+07:00`) });
}

/** @returns how many were raised */
export async function raiseReminders(db: Db, now: Date): Promise<number> {
  const last = new Date(now.getTime() + (Math.max(...REMINDERS) + 1) * DAY_MS);
  let raised = 0;
  for (let after: { at: Date; id: string } | undefined; ;) {
    const { rows } = await sql<{ id: string; notAfter: Date; reminded: number | null }>`
      select id, not_after as "notAfter", reminded from agency.holding where state = 'active' and not_after >= ${now} and not_after < ${last}
        and ${after === undefined ? sql`true` : sql`(not_after, id) > (${after.at}, ${after.id}::uuid)`}
      order by not_after, id limit ${CHUNK}`.execute(db);
    const due = rows.flatMap((row) => {
      const threshold = reminderDue(row.notAfter, row.reminded, now);
      return threshold === undefined ? [] : [{ id: row.id, threshold }];
    });
    if (due.length > 0) {
      await sql`update agency.holding h set reminded = t.threshold, reminded_at = ${now}
        from jsonb_to_recordset(${JSON.stringify(due)}::jsonb) as t(id uuid, threshold integer)
        where h.id = t.id and (h.reminded is null or h.reminded > t.threshold)`.execute(db);
    }
    raised += due.length;
    const tail = rows.at(-1);
    if (rows.length < CHUNK || tail === undefined) return raised;
    after = { at: tail.notAfter, id: tail.id };
  }
}

export async function listReminders(
  db: Db,
  query: { scope: Scope; now: Date; after?: string | undefined; size: number },
): Promise<ReminderRecord[]> {
  const [end, id] = readCursor(query.after, 'su') ?? [];
  const { rows } = await sql<ReminderRecord>`
    select h.id, h.name, a.name as "agencyName", h.not_after as "notAfter", h.reminded as threshold, h.reminded_at as "raisedAt"
    from agency.holding h join agency.agency a on a.id = h.agency_id
    where h.state = 'active' and h.reminded is not null and h.not_after > ${query.now} and ${inScopeAlong(sql`h.agency_id`, query.scope)}
      and ${end === undefined ? sql`true` : sql`(h.not_after, h.id) > (${end}::timestamptz, ${id}::uuid)`}
    order by h.not_after, h.id limit ${query.size + 1}`.execute(db);
  return rows;
}
