import type { z } from 'zod';
import type { Sha256 } from '@antin/protocol/basics';
import type { CertificateAct, CertificateRow, CertificateView, HandOver, OfferedAct } from '@antin/protocol/office/certificates';
import type { KeyDevice } from '@antin/protocol/office/key-devices';
import { officeDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import { personForRequest } from '../directory/people.ts';
import { historyOf } from '../journal/journal.ts';
import { actsOf, deviceById, handOversOf, type ActRecord, type DeviceRecord, type HandOverRecord } from './act-store.ts';
import { limitsNow, openSubject, type CertificateDeps } from './deps.ts';
import type { Limits } from './limits.ts';
import { ownerChangeable, ownerName, ownerOf, ownerUnknown, ownerWasSaid } from './owners.ts';
import { mayAsk, stateAt } from './rules.ts';
import { replacedBy, type HoldingRecord } from './store.ts';

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Members that are there; those that are null are left out. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as Present<T>;
}

export function rowView(holding: HoldingRecord, now: Date, limits: Limits): z.input<typeof CertificateRow> {
  const { id, form, name, agencyId, agencyName, deviceKind, renewals, version } = holding;
  return {
    ...{ id, form, name, agencyId, agencyName, deviceKind, renewals, version, state: stateAt(holding, now, limits) },
    ...present({
      title: holding.title,
      unit: holding.unit,
      serialHex: holding.serialHex,
      notBefore: holding.notBefore?.toISOString() ?? null,
      notAfter: holding.notAfter?.toISOString() ?? null,
      deviceSerial: holding.deviceSerial,
      deviceState: holding.deviceState,
      pending: holding.pending,
      ownerUnknown: ownerUnknown(holding) ? (true as const) : null,
    }),
  };
}

export function deviceView(device: DeviceRecord): z.input<typeof KeyDevice> {
  const { id, serial, kind, state, agencyId, withWhom, version } = device;
  return {
    ...{ id, serial, kind, state, agencyId, withWhom, version },
    ...present({ model: device.model, returnBy: device.returnBy }),
  };
}

export function handOverView(one: HandOverRecord): z.input<typeof HandOver> {
  return {
    ...{ id: one.id, certificateId: one.holdingId, state: one.state, receiver: one.receiver, giver: one.giver },
    ...{ preparedAt: one.preparedAt.toISOString(), recordSha256: one.recordSha256 as Sha256 },
    ...present({ signedAt: one.signedAt?.toISOString() ?? null, signedSha256: one.signedSha256 as Sha256 | null }),
  };
}

function actView(act: ActRecord): z.input<typeof CertificateAct> {
  return {
    ...{ id: act.id, act: act.act, state: act.state, askedAt: act.askedAt.toISOString(), askedBy: act.askedBy },
    ...present({ cause: act.cause, reason: act.reason, dueOn: act.dueOn, requestId: act.requestId, answer: act.answer }),
  };
}

/** Everything about one certificate, with what may be done now and why not. */
export async function certificateView(
  deps: CertificateDeps,
  db: Db,
  holding: HoldingRecord,
): Promise<z.input<typeof CertificateView>> {
  const now = deps.clock();
  const limits = await limitsNow(deps, db);
  const device = holding.deviceId === null ? undefined : await deviceById(db, holding.deviceId);
  const changeable = ownerChangeable(holding) && (await ownerWasSaid(db, holding.id));
  const owner = changeable ? await ownerName(db, ownerOf(holding)) : undefined;
  return {
    ...rowView(holding, now, limits),
    ...present({
      subject: openSubject(deps, holding.subjectSealed) ?? null,
      suggested: (await suggestedSubject(deps, db, holding, now)) ?? null,
      owner: owner ?? null,
      issuer: holding.issuerText,
      sha256: holding.sha256 as Sha256 | null,
      publicKeySha256: holding.spkiSha256 as Sha256 | null,
      device: device === undefined ? null : deviceView(device),
      requestedAt: holding.requestedAt?.toISOString() ?? null,
      issuedAt: holding.issuedAt?.toISOString() ?? null,
      activatedAt: holding.activatedAt?.toISOString() ?? null,
      endedAt: holding.endedAt?.toISOString() ?? null,
      endCause: holding.endCause,
      replaces: holding.replacesId,
      replacedBy: (await replacedBy(db, holding.id)) ?? null,
    }),
    acts: (await actsOf(db, holding.id)).map(actView),
    handOvers: (await handOversOf(db, { holdingId: holding.id })).map(handOverView),
    offered: [
      ...offered(holding, device, now, limits),
      // Offered only where it can be done: of all others it is known whose they are.
      ...(changeable ? [{ act: 'change-owner' as const, allowed: true }] : []),
    ],
    history: await historyOfHolding(db, holding),
  };
}

/** Nothing of a subscriber stands in a certificate file but the name: the rest of form 01 is the directory's. */
async function suggestedSubject(
  deps: CertificateDeps,
  db: Db,
  { subjectSealed, form, personId, ...row }: HoldingRecord,
  now: Date,
) {
  if (subjectSealed !== null || form !== '01' || personId === null) return undefined;
  const person = await personForRequest(db, deps.vault, personId, officeDay(now));
  return person === undefined ? undefined : present({ ...person, title: row.title, unit: row.unit });
}

async function historyOfHolding(db: Db, holding: HoldingRecord): Promise<z.input<typeof CertificateView>['history']> {
  const entries = (await historyOf(db, { documentId: holding.id })).map(({ at, event, who, detail }) => ({
    ...{ at, event, who },
    ...(detail === undefined ? {} : { detail }),
  }));
  // Asked for with many others: the request's own entry names no certificate. One that was brought in nobody asked for here.
  if (holding.requestedAt === null || entries.some((entry) => entry.event === 'CertificateImported')) return entries;
  return [{ at: holding.requestedAt.toISOString(), event: 'CertificateRequested', who: holding.agencyName }, ...entries];
}

function offered(
  holding: HoldingRecord,
  device: DeviceRecord | undefined,
  now: Date,
  limits: Limits,
): z.input<typeof OfferedAct>[] {
  const asked = (['renew', 'change', 'revoke', 'recover-device'] as const).map((act) => {
    const said = mayAsk(holding, { act }, now, limits);
    // A change says the whole subject anew: of an organisation or a service that was taken in, nobody here knows it.
    const knows = holding.subjectSealed !== null || (holding.form === '01' && holding.personId !== null);
    if (act === 'change' && said.ok && !knows) return { act, allowed: false, why: 'certificate.subject-unknown' };
    return said.ok ? { act, allowed: true } : { act, allowed: false, why: said.code };
  });
  const when = (act: z.input<typeof OfferedAct>['act'], may: boolean, why: string) =>
    may ? { act, allowed: true } : { act, allowed: false, why };
  return [
    ...asked,
    when(
      'hand-over',
      holding.state === 'issued' && holding.notAfter !== null && holding.notAfter > now && !ownerUnknown(holding),
      ownerUnknown(holding) ? 'certificate.owner-first' : 'certificate.not-issued',
    ),
    when('activate', holding.state === 'handed-over', 'certificate.hand-over-not-now'),
    when('return-device', device?.state === 'to-return' || device?.state === 'with-subscriber', 'certificate.device-not-now'),
    when('report-device', device !== undefined && device.state !== 'returned', 'certificate.device-not-now'),
  ];
}
