import type { Clock } from '@antin/adapters/clock/clock';
import { nextDay, type WorkingCalendar } from '@antin/adapters/clock/working-days';
import { officeDay } from '@antin/adapters/clock/days';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Db } from '@antin/adapters/db/transaction';
import type { FileStore } from '@antin/adapters/files/store';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { Subject } from '@antin/protocol/certificates/subject';
import type { ValidationReport } from '@antin/signature/validation/types';
import type { CitizenNumbers } from '../directory/citizen-number.ts';
import { inForce, limitsOn, SHIPPED_LIMITS, type DatedLimit, type Limits } from './limits.ts';
import { limitRows } from './store.ts';

/** What the register of certificates needs from outside. */
export interface CertificateDeps {
  readonly db: AnyDatabase;
  readonly clock: Clock;
  readonly files: FileStore;
  /** Seals what identifies people, at rest. */
  readonly vault: CitizenNumbers;
  readonly calendar: () => WorkingCalendar;
  readonly trusted: (certificate: Certificate, chain: readonly Certificate[]) => boolean;
  /** Certificates of authorities this installation knows, to name the issuer of one that is brought in alone. */
  readonly authorities: () => readonly Certificate[];
  /** Judges a signed PDF with this installation's trust. */
  readonly judgePdf: (pdf: Uint8Array) => Promise<ValidationReport>;
}

export async function limitsNow(deps: Pick<CertificateDeps, 'clock'>, db: Db): Promise<Limits> {
  return limitsOn([...SHIPPED_LIMITS, ...(await limitRows(db))], officeDay(deps.clock()));
}

export interface LimitsShown {
  readonly limits: DatedLimit[];
  readonly others: DatedLimit[];
  readonly calendar: { readonly day: string; readonly kind: 'off' | 'work' }[];
}

/** What an officer reads about the numbers that bind them: in force, of other days, and days that are not as their weekday says. */
export async function limitsShown(deps: Pick<CertificateDeps, 'clock' | 'calendar'>, db: Db): Promise<LimitsShown> {
  const today = officeDay(deps.clock());
  const rows = [...SHIPPED_LIMITS, ...(await limitRows(db))];
  const limits = inForce(rows, today);
  const others = rows.filter((row) => !limits.includes(row)).sort((a, b) => (a.from < b.from ? 1 : -1));
  return { limits, others, calendar: unusualDays(deps.calendar(), today) };
}

const YEAR = 366;

function unusualDays(calendar: WorkingCalendar, from: string): { day: string; kind: 'off' | 'work' }[] {
  const found: { day: string; kind: 'off' | 'work' }[] = [];
  for (let day = from, n = 0; n < YEAR; day = nextDay(day), n += 1) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    const kind = calendar.isWorkingDay(day) ? ('work' as const) : ('off' as const);
    if ((kind === 'work') === (weekday === 0 || weekday === 6)) found.push({ day, kind });
  }
  return found;
}

export function sealSubject(deps: Pick<CertificateDeps, 'vault'>, subject: Subject): Uint8Array {
  return deps.vault.seal(JSON.stringify(subject)).sealed;
}

export function openSubject(deps: Pick<CertificateDeps, 'vault'>, sealed: Uint8Array | null): Subject | undefined {
  return sealed === null ? undefined : (JSON.parse(deps.vault.open(sealed)) as Subject);
}

/** What the list shows and finds of a subject. */
export function shownOf(subject: Subject): { name: string; title?: string; unit?: string; mail: string } {
  if (subject.form === '01') {
    const { fullName: name, title, unit, mail } = subject;
    return { name, title, mail, ...(unit === undefined ? {} : { unit }) };
  }
  return { name: subject.name, mail: subject.keeper.mail, unit: subject.keeper.fullName };
}
