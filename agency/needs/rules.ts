import type { RoundState, SheetState } from '@antin/protocol/office/needs';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';

export interface SheetFacts {
  readonly state: SheetState;
  readonly agencyId: string;
  /** To whom it is submitted; null for the owner of the round. */
  readonly aboveId: string | null;
}

export interface RoundFacts {
  readonly state: RoundState;
  readonly ownerId: string;
  readonly deadline: string;
}

export type SheetAct = 'edit' | 'submit' | 'withdraw' | 'accept' | 'return';

export interface Circumstances {
  /** Agency of who acts. */
  readonly agencyId: string;
  readonly today: string;
  readonly withErrors: number;
  /** Sheets below that are not accepted. */
  readonly outstanding: number;
  /** Why it is submitted without them. */
  readonly without?: string | undefined;
  /** State of the sheet above, when there is one. */
  readonly above?: SheetState | undefined;
}

/** What an act makes of a sheet, or why it may not be done. A sheet belongs to one agency and rises one level at a time. */
export function decideSheet(act: SheetAct, round: RoundFacts, sheet: SheetFacts, now: Circumstances): Decision<SheetState> {
  const own = sheet.agencyId === now.agencyId;
  const mine = sheet.aboveId === now.agencyId || (sheet.aboveId === null && own);
  const stating = sheet.state === 'stating' || sheet.state === 'returned';
  if (round.state !== 'open' && !(round.state === 'closed' && (act === 'accept' || act === 'return')))
    return refused('needs.round-not-open');
  if (act === 'edit') {
    if (!own) return refused('needs.not-your-sheet');
    return stating ? allowed(sheet.state) : refused('needs.sheet-submitted');
  }
  if (act === 'submit') {
    if (!own) return refused('needs.not-your-sheet');
    if (!stating) return refused('needs.sheet-submitted');
    // What was returned may be corrected after the deadline: the level above asked for it.
    if (now.today > round.deadline && sheet.state !== 'returned') return refused('needs.deadline-passed');
    if (now.withErrors > 0) return refused('needs.rows-with-errors');
    if (now.outstanding > 0 && now.without === undefined) return refused('needs.sheets-outstanding');
    return allowed(sheet.aboveId === null ? 'accepted' : 'submitted');
  }
  if (act === 'withdraw') {
    if (!own) return refused('needs.not-your-sheet');
    // The owner's own sheet was accepted by its submission.
    const taken = sheet.state === 'submitted' || (sheet.aboveId === null && sheet.state === 'accepted');
    return taken ? allowed('stating') : refused('needs.sheet-not-submitted');
  }
  if (!mine || (sheet.aboveId === null && act === 'accept')) return refused('needs.not-yours-to-review');
  if (act === 'accept') return sheet.state === 'submitted' ? allowed('accepted') : refused('needs.sheet-not-submitted');
  if (sheet.state !== 'submitted' && sheet.state !== 'accepted') return refused('needs.sheet-not-submitted');
  // Sent further up it is no longer ours to give back.
  return now.above === 'submitted' || now.above === 'accepted' ? refused('needs.sheet-sent-up') : allowed('returned');
}
