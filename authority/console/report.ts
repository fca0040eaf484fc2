import { workingDaysBetween } from '@antin/adapters/clock/working-days';
import type { WorkingCalendar } from '@antin/adapters/clock/working-days';
import type { UnitReport } from '@antin/protocol/authority/reports';
import type { z } from 'zod';

type Unit = z.output<typeof UnitReport>;

/** A request that got its answer in the month. Days are those of the office, `yyyy-MM-dd`. */
export interface Answered {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly act: 'new' | 'renew' | 'change' | 'revoke' | 'recover-device';
  readonly answer: 'issued' | 'carried-out' | 'refused';
  /** The day the file was complete; undefined for what nobody asked for in a file. */
  readonly completeOn: string | undefined;
  readonly answeredOn: string;
}

/** A question to the sender: days on which the clock stood still. */
export interface Pause {
  readonly requestId: string;
  readonly askedOn: string;
  /** Undefined: not answered before the request was. */
  readonly answeredOn: string | undefined;
}

export interface CountOf {
  readonly code: string;
  readonly name: string;
  readonly count: number;
}

export interface MonthFacts {
  readonly received: readonly CountOf[];
  readonly open: readonly CountOf[];
  /** Of subscribers, in this month; suspensions are none. */
  readonly revoked: readonly (CountOf & { readonly cause: string })[];
  readonly answered: readonly Answered[];
  readonly pauses: readonly Pause[];
}

const later = (a: string, b: string): string => (a > b ? a : b);

/** Working days a request waited for its answer, less those on which the sender was asked something (Decree 68/2024 art. 11). */
export function waited(one: Answered, pauses: readonly Pause[], calendar: WorkingCalendar): number | undefined {
  const { completeOn } = one;
  if (completeOn === undefined) return undefined;
  const paused = pauses.reduce((sum, pause) => {
    const from = later(pause.askedOn, completeOn);
    const to = pause.answeredOn ?? one.answeredOn;
    return to <= from ? sum : sum + workingDaysBetween(calendar, from, to < one.answeredOn ? to : one.answeredOn);
  }, 0);
  return Math.max(0, workingDaysBetween(calendar, completeOn, one.answeredOn) - paused);
}

const EMPTY = { received: 0, issued: 0, renewed: 0, changed: 0, recovered: 0, refused: 0, revoked: 0, open: 0 };

/** Units with their numbers, by code, and the sum of all. */
export function foldMonth(
  facts: MonthFacts,
  calendar: WorkingCalendar,
  limitOn: (day: string) => number,
): { readonly units: Unit[]; readonly total: Omit<Unit, 'code' | 'name'>; readonly causes: { cause: string; count: number }[] } {
  const units = new Map<string, Omit<Unit, 'waiting'> & { readonly waits: Wait[] }>();
  const of = ({ code, name }: { readonly code: string; readonly name: string }) => {
    let unit = units.get(code);
    if (unit === undefined) units.set(code, (unit = { code, name, ...EMPTY, waits: [] }));
    return unit;
  };
  for (const one of facts.received) of(one).received += one.count;
  for (const one of facts.open) of(one).open += one.count;
  const causes = new Map<string, number>();
  for (const one of facts.revoked) {
    of(one).revoked += one.count;
    causes.set(one.cause, (causes.get(one.cause) ?? 0) + one.count);
  }
  const pauses = Map.groupBy(facts.pauses, (pause) => pause.requestId);
  for (const one of facts.answered) {
    const unit = of(one);
    const counter = counterOf(one);
    if (counter !== undefined) unit[counter] += 1;
    const days = waited(one, pauses.get(one.id) ?? [], calendar);
    if (days !== undefined) unit.waits.push({ days, late: days > limitOn(one.completeOn as string) });
  }
  const rows = [...units.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1));
  const total = { ...EMPTY };
  for (const row of rows) for (const key of Object.keys(EMPTY) as (keyof typeof EMPTY)[]) total[key] += row[key];
  return {
    units: rows.map(({ waits, ...row }) => ({ ...row, waiting: waitingOf(waits) })),
    total: { ...total, waiting: waitingOf(rows.flatMap((row) => row.waits)) },
    causes: [...causes].map(([cause, count]) => ({ cause, count })).toSorted((a, b) => b.count - a.count),
  };
}

/** Where a request counts; a revocation counts by the revocation, once. */
function counterOf({ act, answer }: Answered): 'issued' | 'renewed' | 'changed' | 'recovered' | 'refused' | undefined {
  if (answer === 'refused') return 'refused';
  if (act === 'recover-device') return 'recovered';
  if (act === 'renew') return 'renewed';
  if (act === 'change') return 'changed';
  return act === 'new' ? 'issued' : undefined;
}

interface Wait {
  readonly days: number;
  readonly late: boolean;
}

function waitingOf(waits: readonly Wait[]): Unit['waiting'] {
  const days = waits.map((one) => one.days).toSorted((a, b) => a - b);
  const late = waits.filter((one) => one.late).length;
  if (days.length === 0) return { count: 0, late };
  const middle = (days.length - 1) / 2;
  const median = ((days[Math.floor(middle)] as number) + (days[Math.ceil(middle)] as number)) / 2;
  return { count: days.length, median, longest: days.at(-1) as number, late };
}
