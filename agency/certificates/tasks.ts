import { sql } from 'kysely';
import type { z } from 'zod';
import { officeDay } from '@antin/adapters/clock/days';
import type { CertificateTask } from '@antin/protocol/office/certificate-tasks';
import type { Db } from '@antin/adapters/db/transaction';
import { inScope, type Scope } from '../scope.ts';
import type { Limits } from './limits.ts';
import { ownerUnknownIs } from './store.ts';

type Task = z.input<typeof CertificateTask>;

/** What waits for an officer in the register, each kind with the earliest day by which something of it should be done. */
export async function certificateTasks(
  db: Db,
  scope: Scope,
  open: { readonly questions: number; readonly unmatched: number; readonly oldest: Date | null },
  now: Date,
  limits: Limits,
): Promise<Task[]> {
  const soon = new Date(now.getTime() + (limits['expiring-days'] + 1) * 86_400_000);
  const { rows } = await sql<{ kind: Task['kind']; n: number; due: string | null }>`
    select 'hand-over' as kind, count(*)::integer as n, null::date as due from agency.holding h
      where h.state = 'issued' and not (${ownerUnknownIs}) and h.not_after > ${now} and ${inScope(sql`h.agency_id`, scope)}
    union all select 'choose-owner', count(*)::integer, null from agency.holding h
      where ${ownerUnknownIs} and h.not_after > ${now} and ${inScope(sql`h.agency_id`, scope)}
    union all select 'activate', count(*)::integer, null from agency.holding h
      where h.state = 'handed-over' and h.not_after > ${now} and ${inScope(sql`h.agency_id`, scope)}
    union all select 'renew', count(*)::integer, min((h.not_after at time zone interval '7 hours')::date) from agency.holding h
      where h.state = 'active' and h.not_after > ${now} and h.not_after < ${soon} and h.pending is null and ${inScope(sql`h.agency_id`, scope)}
    union all select 'send-acts', count(*)::integer, null from agency.certificate_act c
      where c.state = 'prepared' and ${inScope(sql`c.agency_id`, scope)}
    union all select 'return-device', count(*)::integer, min(d.return_by) from agency.key_device d
      where d.state = 'to-return' and ${inScope(sql`d.agency_id`, scope)}`.execute(db);
  const own: Task[] = rows.map(({ kind, n, due }) => ({ kind, count: n, ...(due === null ? {} : { dueOn: due }) }));
  const asked = open.oldest === null ? {} : { dueOn: officeDay(open.oldest) };
  return [
    { kind: 'question' as const, count: open.questions, ...asked },
    { kind: 'assign-certificate' as const, count: open.unmatched },
    ...own,
  ].filter((task) => task.count > 0);
}
