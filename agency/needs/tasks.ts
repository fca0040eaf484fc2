import type { z } from 'zod';
import type { CertificateTask } from '@antin/protocol/office/certificate-tasks';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';
import type { Caller } from '../session/caller.ts';
import { waitingIn } from './store.ts';

/** What waits for an officer in the rounds: stating their own agency's needs, and reviewing what came from below. */
export async function needsTasks(_deps: { clock: Clock }, db: Db, caller: Caller): Promise<z.input<typeof CertificateTask>[]> {
  const { state, deadline, review } = await waitingIn(db, caller.position.agencyId);
  return [
    { kind: 'state-needs' as const, count: state, ...(deadline === null ? {} : { dueOn: deadline }) },
    { kind: 'review-needs' as const, count: review },
  ].filter((task) => task.count > 0);
}
