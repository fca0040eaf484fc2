import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { CertificateActKind, CertificateState, Form } from '@antin/protocol/office/certificates';
import type { KeyDeviceState } from '@antin/protocol/office/key-devices';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';
import type { Limits } from './limits.ts';

/** As stored; `expiring` and `expired` are what time makes of `active`. */
export type StoredState = Exclude<CertificateState, 'expiring' | 'expired'>;

const DAY_MS = 86_400_000;

export interface HoldingFacts {
  readonly state: StoredState;
  readonly form: Form;
  readonly notAfter: Date | null;
  readonly renewals: number;
  readonly pending: CertificateActKind | null;
}

/** The state on the page: time needs no job to pass. A certificate that was never activated ends like any other. */
export function stateAt(holding: Pick<HoldingFacts, 'state' | 'notAfter'>, now: Date, limits: Limits): CertificateState {
  const { state, notAfter } = holding;
  if (notAfter === null || (state !== 'active' && state !== 'issued' && state !== 'handed-over')) return state;
  if (notAfter <= now) return 'expired';
  return state === 'active' && daysLeft(notAfter, now) <= limits['expiring-days'] ? 'expiring' : state;
}

/** Whole days; 0 on the last one. */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
}

const CAUSES: Readonly<Partial<Record<RevocationCause, readonly Form[]>>> = {
  'post-changed': ['01'],
  retired: ['01'],
  resigned: ['01'],
  died: ['01'],
  'organisation-dissolved': ['02', '03'],
  'organisation-split': ['02', '03'],
  'organisation-merged': ['02', '03'],
  'device-stopped': ['03'],
};

/** Whether a legal cause (Decree 68/2024 Art. 17) can be one of this form's subscriber. */
export function causeFits(cause: RevocationCause, form: Form): boolean {
  return CAUSES[cause]?.includes(form) ?? true;
}

export interface Asked {
  readonly act: CertificateActKind;
  readonly cause?: RevocationCause;
}

/**
 * Whether something may be asked of the issuer about a certificate now. Revoking comes before everything: it takes the
 * place of what is pending.
 */
export function mayAsk(holding: HoldingFacts, asked: Asked, now: Date, limits: Limits): Decision<'ask'> {
  const { act, cause } = asked;
  const state = stateAt(holding, now, limits);
  const alive = state === 'active' || state === 'expiring';
  if (act === 'revoke') {
    if (!alive && state !== 'issued' && state !== 'handed-over') return refused('certificate.not-in-force');
    if (cause !== undefined && !causeFits(cause, holding.form)) return refused('certificate.cause-does-not-fit');
    return holding.pending === 'revoke' ? refused('certificate.act-pending') : allowed('ask');
  }
  if (!alive || holding.notAfter === null) return refused('certificate.not-in-force');
  if (holding.pending !== null) return refused('certificate.act-pending');
  if (act === 'renew') {
    if (holding.renewals >= limits.renewals) return refused('certificate.renewed-already');
    if (daysLeft(holding.notAfter, now) < limits['renewal-days-left']) return refused('certificate.renewal-too-late');
  }
  return allowed('ask');
}

export type DeviceReport = 'locked' | 'lost' | 'broken' | 'found' | 'returned' | 'recovered';

const AFTER: Readonly<Record<DeviceReport, { readonly from: readonly KeyDeviceState[]; readonly to: KeyDeviceState }>> = {
  locked: { from: ['with-subscriber'], to: 'locked' },
  lost: { from: ['in-stock', 'with-subscriber', 'locked', 'broken', 'to-return'], to: 'lost' },
  broken: { from: ['in-stock', 'with-subscriber', 'locked'], to: 'broken' },
  // Found again it is not simply used again: its certificate is revoked or about to be.
  found: { from: ['lost'], to: 'to-return' },
  returned: { from: ['with-subscriber', 'locked', 'broken', 'to-return'], to: 'returned' },
  recovered: { from: ['locked'], to: 'with-subscriber' },
};

export function afterReport(state: KeyDeviceState, report: DeviceReport): Decision<KeyDeviceState> {
  const { from, to } = AFTER[report];
  return from.includes(state) ? allowed(to) : refused('certificate.device-not-now');
}

/** Legal cause that a report about a device gives for revoking what is on it (Decree 68/2024 Art. 17). */
export const CAUSE_OF_REPORT: Readonly<Partial<Record<DeviceReport, RevocationCause>>> = {
  lost: 'device-lost',
  broken: 'device-broken',
};

/** Days before the end on which somebody is reminded, the last first. */
export const REMINDERS = [7, 30, 60] as const;

/** Which reminder is due: the nearest threshold that was reached and not reminded of yet. */
export function reminderDue(notAfter: Date, reminded: number | null, now: Date): number | undefined {
  const left = daysLeft(notAfter, now);
  if (left < 0) return undefined;
  const reached = REMINDERS.find((days) => left <= days);
  return reached !== undefined && (reminded === null || reached < reminded) ? reached : undefined;
}
