import { officeDay } from '@antin/adapters/clock/days';
import type { WorkingCalendar } from '@antin/adapters/clock/working-days';
import type { Tx } from '@antin/adapters/db/transaction';
import type { RequestState } from '@antin/protocol/authority/registration';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { calendarOf, lockCalendar } from './calendar.ts';
import { blockingIn, checkItem } from './checks.ts';
import { factsOf } from './content.ts';
import { turnClock } from './limit-clock.ts';
import { limitsOn, registerFacts } from './register-facts.ts';
import { shownDocument } from './shown.ts';
import { writeContent } from './store.ts';
import type { ItemRecord } from './store.ts';
import type { SubmissionRecord } from './submission-store.ts';

/** Content after a change: what `rules.evolve` says of it, and what stands in it now. */
export interface Changed {
  readonly state: RequestState;
  readonly tookPart: readonly string[];
  readonly version: number;
  readonly item: RequestItem;
}

/** What is the same for many requests that are looked at in one go. */
export interface Shared {
  readonly limits: ReadonlyMap<string, number>;
  readonly calendar: WorkingCalendar;
}

export async function sharedOf(tx: Tx, now: Date): Promise<Shared> {
  await lockCalendar(tx, 'to count by it');
  return { limits: await limitsOn(tx, officeDay(now)), calendar: await calendarOf(tx) };
}

/**
 * Checks a request against the register of this moment, makes its as-shown document anew and turns its clock; all of it in
 * the transaction that changed something.
 *
 * @returns the new hash
 */
export async function refresh(
  tx: Tx,
  submission: SubmissionRecord,
  row: ItemRecord,
  changed: Changed,
  now: Date,
  shared?: Shared,
): Promise<{ readonly shownSha256: string; readonly blocking: number }> {
  const day = officeDay(now);
  const { limits, calendar } = shared ?? (await sharedOf(tx, now));
  // Never shown: nobody has asked, edited or given evidence yet.
  const fresh = row.shownSha256 === null && changed.version === 1 && changed.tookPart.length === 0;
  const place = {
    ...(fresh ? { fresh } : {}),
    id: row.id,
    submissionId: submission.id,
    senderCode: submission.fromCode!,
    signedByAgency: submission.authenticatedBy === 'signature',
  };
  const { spkiSha256, ...facts } = await registerFacts(tx, place, changed.item, now, limits);
  const checks = checkItem(changed.item, facts);
  const blocking = blockingIn(checks);
  const { target } = facts;
  const content = { version: changed.version, item: changed.item, checks, spkiSha256, target };
  const shown = await shownDocument(tx, submission, row, content, fresh);
  const runs = blocking === 0 && changed.state !== 'question';
  const clock = turnClock(row, runs, { at: now, day }, calendar, limits.get('handling-working-days') ?? 3);
  await writeContent(tx, row.id, {
    ...{ version: changed.version, item: changed.item, checks, spkiSha256 },
    facts: factsOf(changed.item, target?.subject),
    state: changed.state,
    tookPart: changed.tookPart,
    blocking,
    shown: shown.text,
    shownSha256: shown.sha256,
    completeAt: clock.completeAt,
    dueOn: clock.dueOn,
    daysLeft: clock.daysLeft,
  });
  return { shownSha256: shown.sha256, blocking };
}
