import { randomUUID } from 'node:crypto';
import { addWorkingDays } from '@antin/adapters/clock/working-days';
import { officeDay } from '@antin/adapters/clock/days';
import type { Tx } from '@antin/adapters/db/transaction';
import type { Certificate } from '@antin/pki/x509/certificate';
import { nameKey, nameText } from '@antin/pki/x509/name';
import type { ItemResult } from '@antin/protocol/certificates/result';
import { bindCertificate } from '../directory/load.ts';
import { bindAgain, unbindCertificate } from '../directory/unbind.ts';
import type { ReadCertificate } from '../issuers/deps.ts';
import { sha256Of } from '../issuers/digest.ts';
import type { ItemRecord } from '../issuers/store.ts';
import { record } from '../journal/journal.ts';
import { actById, changeDevice, deviceById, deviceOfSerial, moveAct, type ActRecord } from './act-store.ts';
import { limitsNow, openSubject, sealSubject, shownOf, type CertificateDeps } from './deps.ts';
import {
  changeHolding,
  insertRequested,
  lockHolding,
  setCertificate,
  type CertificateColumns,
  type HoldingRecord,
} from './store.ts';

/** What a step of an item means in the register. Called once a step, in the transaction of the step. */
export function registerListener(deps: CertificateDeps) {
  return async (tx: Tx, item: ItemRecord, result: ItemResult, read: ReadCertificate | undefined): Promise<void> => {
    if (item.certificateId === null) return;
    const holding = await lockHolding(tx, item.certificateId);
    if (holding === undefined) return;
    const note = (event: string, detail: Record<string, string> = {}) =>
      record(tx, {
        ...{ event, at: deps.clock(), agencyId: holding.agencyId, who: 'issuer', documentId: holding.id },
        detail: { itemId: item.id, ...detail },
      });
    if (item.act === 'new') return newItem(deps, tx, holding, result, read, note);
    const act = await actById(tx, item.id);
    if (act !== undefined) await actItem(deps, tx, holding, act, result, read, note);
  };
}

type Note = (event: string, detail?: Record<string, string>) => Promise<unknown>;

async function newItem(
  deps: CertificateDeps,
  tx: Tx,
  holding: HoldingRecord,
  result: ItemResult,
  read: ReadCertificate | undefined,
  note: Note,
): Promise<void> {
  const at = deps.clock();
  if (result.status === 'approved' && holding.state === 'requested') {
    await changeHolding(tx, holding.id, { state: 'approved', at });
    await note('CertificateApproved');
  } else if (result.status === 'question') await note('IssuerAsked');
  else if (result.status === 'refused') {
    await changeHolding(tx, holding.id, { state: 'refused', at, endCause: result.text === '' ? result.code : result.text });
    await note('CertificateRefused', { code: result.code });
  } else if (result.status === 'issued' && read !== undefined) {
    await takeCertificate(deps, tx, holding, read);
    await changeHolding(tx, holding.id, { state: 'issued', at });
    await note('CertificateIssued', { serialHex: read.certificate.serialHex });
  }
}

async function actItem(
  deps: CertificateDeps,
  tx: Tx,
  holding: HoldingRecord,
  act: ActRecord,
  result: ItemResult,
  read: ReadCertificate | undefined,
  note: Note,
): Promise<void> {
  const at = deps.clock();
  // An act that was withdrawn here for a revocation may still be answered: its outcome is real, its state is not.
  const over = act.state === 'withdrawn';
  const move = async (state: ActRecord['state'], answer?: string) => {
    if (!over) await moveAct(tx, act.id, { state, answer });
  };
  const settle = async () => {
    if (!over) await changeHolding(tx, holding.id, { pending: null });
  };
  if (result.status === 'received' && act.state === 'question') return move('sent');
  if (result.status === 'question') {
    await move('question', result.text);
    await note('IssuerAsked');
  } else if (result.status === 'approved') await move('approved');
  else if (result.status === 'refused') {
    await move('refused', result.text === '' ? result.code : result.text);
    await settle();
    await note('CertificateActRefused', { act: act.act, code: result.code });
  } else if (result.status === 'revoked') {
    await move('done');
    await endHolding(deps, tx, holding, { state: 'revoked', cause: act.cause ?? 'superseded' }, new Date(result.at));
    await note('CertificateRevoked', { cause: act.cause ?? '' });
  } else if (result.status === 'recovered') {
    await move('done');
    await settle();
    const device = holding.deviceId === null ? undefined : await deviceById(tx, holding.deviceId, true);
    if (device?.state === 'locked') await changeDevice(tx, device.id, { state: 'with-subscriber' });
    await note('DeviceRecovered');
  } else if (result.status === 'issued' && read !== undefined) {
    await move('done');
    await settle();
    await successor(deps, tx, holding, act, read, at, note);
  }
}

/**
 * The certificate that takes the place of another. With the same key it lies on the device already and is in use at once;
 * with another key it is handed over first, and until then the old one stays.
 */
async function successor(
  deps: CertificateDeps,
  tx: Tx,
  old: HoldingRecord,
  act: ActRecord,
  read: ReadCertificate,
  at: Date,
  note: Note,
): Promise<void> {
  const id = randomUUID() as string;
  const subject = openSubject(deps, act.subjectSealed) ?? openSubject(deps, old.subjectSealed);
  const shown =
    subject === undefined ? { name: old.name, title: old.title ?? undefined, unit: old.unit ?? undefined } : shownOf(subject);
  await insertRequested(
    tx,
    [
      {
        ...{ id, agencyId: old.agencyId, form: old.form, personId: old.personId, deviceKind: old.deviceKind, itemId: act.id },
        ...{ spkiSha256: null, subjectSealed: subject === undefined ? null : sealSubject(deps, subject), ...shown },
      },
    ],
    at,
  );
  const fresh = (await lockHolding(tx, id))!;
  await takeCertificate(deps, tx, fresh, read);
  const sameKey = old.spkiSha256 !== null && sha256Of(read.certificate.spki) === old.spkiSha256;
  await changeHolding(tx, id, {
    ...{ state: 'issued', at, replacesId: old.id, renewals: act.act === 'renew' ? old.renewals + 1 : 0 },
    ...(old.deviceId === null ? {} : { deviceId: old.deviceId }),
  });
  await note('CertificateReissued', { act: act.act, serialHex: read.certificate.serialHex, successor: id });
  if (sameKey && (old.state === 'active' || old.state === 'handed-over'))
    await activate(deps, tx, (await lockHolding(tx, id))!, read.certificate.raw, at);
}

async function takeCertificate(deps: CertificateDeps, tx: Tx, holding: HoldingRecord, read: ReadCertificate): Promise<void> {
  await setCertificate(tx, holding.id, columnsOf(read.certificate, [...read.chain, ...deps.authorities()]), read.deviceSerial);
  if (read.deviceSerial === undefined) return;
  const device = await deviceOfSerial(tx, {
    ...{ id: randomUUID(), serial: read.deviceSerial, kind: holding.deviceKind, agencyId: holding.agencyId },
    withWhom: holding.agencyName,
  });
  await changeHolding(tx, holding.id, { deviceId: device.id });
}

export function columnsOf(certificate: Certificate, known: readonly Certificate[]): CertificateColumns {
  const issuer = known.find((one) => nameKey(one.subject) === nameKey(certificate.issuer));
  return {
    sha256: sha256Of(certificate.raw),
    spkiSha256: sha256Of(certificate.spki),
    issuerSha256: issuer === undefined ? null : sha256Of(issuer.raw),
    issuer: certificate.issuer.raw,
    issuerText: nameText(certificate.issuer),
    serialHex: certificate.serialHex,
    der: certificate.raw,
    notBefore: new Date(certificate.notBefore),
    notAfter: new Date(certificate.notAfter),
  };
}

/**
 * From now on in use: the directory knows whose it is, its predecessor is replaced. A device's or service's certificate is
 * nobody's signature, so the directory does not bind it.
 */
export async function activate(deps: CertificateDeps, tx: Tx, holding: HoldingRecord, der: Uint8Array, at: Date): Promise<void> {
  await changeHolding(tx, holding.id, { state: 'active', at });
  await bindHolder(tx, holding, der, at);
  await record(tx, {
    ...{ event: 'CertificateActivated', at, agencyId: holding.agencyId, who: 'system', documentId: holding.id },
    detail: { serialHex: holding.serialHex ?? '' },
  });
  if (holding.replacesId === null) return;
  const old = await lockHolding(tx, holding.replacesId);
  if (old?.state === 'active') {
    const kept = old.deviceId === holding.deviceId;
    await endHolding(deps, tx, old, { state: 'replaced', cause: 'superseded' }, at, kept);
  }
}

/**
 * Says in the directory whose it is. Done with the hand-over, because a token agent is asked only for keys of certificates that
 * are bound; taken back with a hand-over that is cancelled.
 */
export async function bindHolder(tx: Tx, holding: HoldingRecord, der: Uint8Array, at: Date): Promise<void> {
  if (holding.form === '03' || (holding.form === '01' && holding.personId === null)) return;
  if (holding.sha256 !== null && (await bindAgain(tx, holding.sha256))) return;
  const owner = holding.form === '01' ? { personId: holding.personId! } : { agencyId: holding.agencyId };
  await bindCertificate(tx, { der, owner }, at);
}

/** Ends a certificate here: no longer bound, and its device is to come back within the working days of the rule. */
export async function endHolding(
  deps: CertificateDeps,
  tx: Tx,
  holding: HoldingRecord,
  end: { state: 'revoked' | 'replaced'; cause: string },
  at: Date,
  keepsDevice = false,
): Promise<void> {
  await changeHolding(tx, holding.id, { state: end.state, at, endCause: end.cause });
  if (holding.sha256 !== null) await unbindCertificate(tx, holding.sha256, at);
  if (holding.deviceId === null || keepsDevice) return;
  const device = await deviceById(tx, holding.deviceId, true);
  if (device?.state !== 'with-subscriber' && device?.state !== 'locked' && device?.state !== 'broken') return;
  const limits = await limitsNow(deps, tx);
  const returnBy = addWorkingDays(deps.calendar(), officeDay(at), limits['return-working-days']);
  await changeDevice(tx, device.id, { state: 'to-return', returnBy });
}
