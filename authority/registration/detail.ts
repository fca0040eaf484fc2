import type { z } from 'zod';
import { officeDay } from '@antin/adapters/clock/days';
import type { WorkingCalendar } from '@antin/adapters/clock/working-days';
import type { Db } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { RequestDetail, RequestRow, ShownRequest } from '@antin/protocol/authority/registration';
import type { Officer } from '../officers/caller.ts';
import { calendarOf } from './calendar.ts';
import { CHECK_WORDS } from './check-words.ts';
import { shownClock } from './limit-clock.ts';
import type { ListRow } from './list.ts';
import { actsOf } from './parts-store.ts';
import { decide } from './rules.ts';
import type { Command } from './rules.ts';
import { itemById, stateOf } from './store.ts';
import type { ItemRecord } from './store.ts';

type Row = z.input<typeof RequestRow>;
type Detail = z.input<typeof RequestDetail>;

export function rowView(row: ListRow, today: string, calendar: WorkingCalendar): Row {
  return {
    ...{ id: row.id, submissionId: row.submissionId, act: row.act, state: row.state, subject: row.subject },
    ...(row.form === null ? {} : { form: row.form }),
    ...(row.certificateSerial === null ? {} : { serialHex: row.certificateSerial }),
    agency: { code: row.agencyCode, name: row.agencyName, place: row.agencyPlace },
    receivedAt: row.receivedAt.toISOString(),
    ...shownClock(row.state, row, today, calendar),
    blocking: row.blocking,
    mine: row.mine,
  };
}

/**
 * One request for one officer: the document an approval binds to, what has been done, and what this officer may do now.
 *
 * @throws {Refusal} `http.not-found`; `request.not-checked-yet` in the moment between its coming and its first checks
 */
export async function requestDetail(db: Db, officer: Officer, id: string, now: Date): Promise<Detail> {
  const row = await itemById(db, id);
  if (row === undefined) throw new Refusal('http.not-found');
  if (row.shown === null || row.shownSha256 === null) throw new Refusal('request.not-checked-yet');
  const acts = await actsOf(db, id);
  return {
    row: rowView({ ...row, mine: tookPart(row, officer.id) }, officeDay(now), await calendarOf(db)),
    shown: JSON.parse(row.shown) as z.input<typeof ShownRequest>,
    shownSha256: row.shownSha256,
    checks: row.checks.map((one) => ({ ...one, words: CHECK_WORDS[one.code] ?? { vi: one.code, en: one.code } })),
    acts: acts.map((one) => ({
      act: one.act,
      at: one.at.toISOString(),
      ...(one.officerId === null ? {} : { by: { id: one.officerId, fullName: one.officerName! } }),
      ...(one.bySender === null ? {} : { bySender: one.bySender }),
      ...(one.shownSha256 === null ? {} : { shownSha256: one.shownSha256 }),
      signature: one.signature,
      ...(one.note === null ? {} : { note: one.note }),
    })),
    may: mayDo(row, officer),
    ...(row.issuedSerialHex === null
      ? {}
      : { issued: { issuerSha256: row.issuedIssuerSha256!, serialHex: row.issuedSerialHex } }),
  };
}

function tookPart(row: ItemRecord, officerId: string): boolean {
  return row.enteredBy === officerId || row.proposer === officerId || row.editors.includes(officerId);
}

/** The rules themselves are asked, so that a button is there exactly when the act would be accepted. */
function mayDo(row: ItemRecord, by: Officer): Detail['may'] {
  const shownSha256 = row.shownSha256 ?? '';
  const commands: readonly (readonly [Detail['may'][number], Command])[] = [
    ['edit', { type: 'edit', by }],
    ['add-evidence', { type: 'add-evidence', by }],
    ['ask', { type: 'ask', by }],
    ['answer', { type: 'answer', by }],
    ['propose', { type: 'propose', by, shownSha256 }],
    ['approve', { type: 'approve', by, shownSha256 }],
    ['refuse', { type: 'refuse', by, shownSha256 }],
    ['withdraw', { type: 'withdraw', by }],
    ['revoke', { type: 'revoke', by, shownSha256 }],
    ['recover', { type: 'recover', by, shownSha256 }],
    ['issue', { type: 'lock', by }],
    ['hand-over', { type: 'hand-over', by }],
  ];
  const state = stateOf(row);
  return commands.filter(([, command]) => decide(state, command).ok).map(([name]) => name);
}
