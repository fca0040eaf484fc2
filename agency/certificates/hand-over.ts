import { randomUUID } from 'node:crypto';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { equalBytes } from '@antin/formats/bytes/bytes';
import type { ValidationReport } from '@antin/signature/validation/types';
import { agencyById, personById, positionsOf } from '../directory/store.ts';
import { unbindCertificate } from '../directory/unbind.ts';
import { record } from '../journal/journal.ts';
import { isUnder } from '../scope.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import {
  changeDevice,
  deviceOfSerial,
  handOverById,
  insertHandOver,
  moveHandOver,
  othersOnDevice,
  type HandOverRecord,
} from './act-store.ts';
import { reachable } from './ask.ts';
import type { CertificateDeps } from './deps.ts';
import { activate, bindHolder } from './on-item.ts';
import { ownerUnknown } from './owners.ts';
import { handOverPdf } from './print.ts';
import { changeHolding, lockHolding, requiredDer } from './store.ts';

export interface HandOverInput {
  readonly version: number;
  readonly deviceSerial: string;
  readonly model?: string | undefined;
  readonly receiverId: string;
  readonly note?: string | undefined;
}

/**
 * Prepares the record of a hand-over: the device goes to its subscriber, or to whoever keeps the organisation's or the
 * service's device in the agency.
 *
 * @throws {Refusal} `certificate.not-issued`, `certificate.file-missing`, `certificate.receiver-not-subscriber`, `certificate.device-taken`
 */
export async function prepareHandOver(deps: CertificateDeps, caller: Caller, id: string, input: HandOverInput): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    const holding = await reachable(deps, tx, caller, id);
    if (holding.version !== input.version) throw new Refusal('certificate.changed-meanwhile');
    if (holding.state !== 'issued') throw new Refusal('certificate.not-issued');
    if (ownerUnknown(holding)) throw new Refusal('certificate.owner-first');
    const der = await requiredDer(tx, holding.id);
    const at = deps.clock();
    const receiver = await personById(tx, input.receiverId);
    const posts = await positionsOf(tx, input.receiverId, officeDay(at));
    const post = posts.find((one) => one.agencyId === holding.agencyId);
    const isSubscriber = holding.personId === null || holding.personId === input.receiverId;
    if (receiver === undefined || post === undefined || (holding.form === '01' && !isSubscriber)) {
      throw new Refusal('certificate.receiver-not-subscriber');
    }
    const device = await deviceOfSerial(tx, {
      ...{ id: randomUUID(), serial: input.deviceSerial, kind: holding.deviceKind, model: input.model },
      ...{ agencyId: holding.agencyId, withWhom: receiver.fullName },
    });
    // One device, one certificate in use, unless it takes the place of the one that lies there.
    const others = (await othersOnDevice(tx, device.id, holding.id)).filter((other) => other !== holding.replacesId);
    const usable = device.state === 'in-stock' || device.state === 'returned' || device.id === holding.deviceId;
    if (others.length > 0 || (!usable && device.state !== 'with-subscriber')) throw new Refusal('certificate.device-taken');
    const agency = (await agencyById(tx, holding.agencyId))!;
    const pdf = handOverPdf({
      heading: { agency: agency.name, place: agency.place },
      ...{ holding, deviceSerial: device.serial, model: input.model ?? device.model ?? undefined, note: input.note, at },
      giver: { fullName: caller.fullName, title: caller.position.title },
      receiver: { fullName: receiver.fullName, title: post.title },
    });
    const { sha256 } = await deps.files.put(pdf);
    const handOverId = randomUUID();
    await insertHandOver(tx, {
      ...{ id: handOverId, holdingId: holding.id, receiverId: receiver.id, receiver: receiver.fullName },
      ...{ giver: caller.fullName, preparedAt: at, recordSha256: sha256 },
    });
    await changeDevice(tx, device.id, {
      state: 'with-subscriber',
      withWhom: receiver.fullName,
      personId: receiver.id,
      model: input.model,
    });
    await changeHolding(tx, holding.id, {
      ...{ state: 'handed-over', at, deviceId: device.id },
      ...(holding.form === '01' ? { personId: receiver.id } : {}),
    });
    await bindHolder(tx, (await lockHolding(tx, holding.id))!, der, at);
    await record(tx, {
      ...{ event: 'DeviceHandedOver', at, agencyId: holding.agencyId, actor: actorOf(caller), documentId: holding.id },
      detail: { receiver: receiver.fullName, device: device.serial, record: sha256 },
    });
    return handOverId;
  });
}

/** The record as the receiver or an officer of the agency may see it. @throws {Refusal} `certificate.hand-over-not-found` */
export async function visibleHandOver(deps: CertificateDeps, caller: Caller, id: string): Promise<HandOverRecord> {
  const found = await handOverById(deps.db, id);
  if (found !== undefined && found.receiverId === caller.personId) return found;
  const holding = found === undefined ? undefined : await inTransaction(deps.db, (tx) => lockHolding(tx, found.holdingId));
  const officer = caller.position.roles.includes('certificate-officer');
  if (!officer || holding === undefined || !(await isUnder(deps.db, holding.agencyId, caller.position.agencyId))) {
    throw new Refusal('certificate.hand-over-not-found');
  }
  return found!;
}

/**
 * Takes the signed record. It must be this record and nothing but a signature behind it, whole and intact, made with the
 * very certificate that is handed over: then key, PIN and device are proven to be in the receiver's hand, and it is active.
 *
 * @throws {Refusal} `certificate.record-changed`, `certificate.record-not-signed`, `certificate.other-key`
 */
export async function takeSignedRecord(deps: CertificateDeps, caller: Caller, id: string, signed: Uint8Array): Promise<string> {
  const found = await visibleHandOver(deps, caller, id);
  const prepared = await deps.files.bytes(found.recordSha256);
  // An incremental update leaves every earlier octet where it was.
  if (signed.length <= prepared.length || !equalBytes(signed.subarray(0, prepared.length), prepared)) {
    throw new Refusal('certificate.record-changed');
  }
  const report = await deps.judgePdf(signed).catch((cause: unknown) => {
    throw new Refusal('certificate.record-not-signed', { cause });
  });
  const { sha256 } = await deps.files.put(signed);
  return inTransaction(deps.db, async (tx) => {
    const handOver = await handOverById(tx, id, true);
    if (handOver?.state !== 'prepared') throw new Refusal('certificate.hand-over-not-now');
    const holding = (await lockHolding(tx, handOver.holdingId))!;
    if (holding.state !== 'handed-over') throw new Refusal('certificate.hand-over-not-now');
    requireOwnKey(report, holding.sha256!);
    const at = deps.clock();
    await moveHandOver(tx, id, { state: 'signed', at, signedSha256: sha256 });
    await record(tx, {
      ...{ event: 'HandOverSigned', at, agencyId: holding.agencyId, actor: actorOf(caller), documentId: holding.id },
      detail: { receiver: handOver.receiver, record: sha256 },
    });
    await activate(deps, tx, holding, await requiredDer(tx, holding.id), at);
    return holding.id;
  });
}

function requireOwnKey(report: ValidationReport, certificateSha256: string): void {
  const [signature] = report.signatures;
  if (signature === undefined || report.signatures.length !== 1) throw new Refusal('certificate.record-not-signed');
  const whole = signature.coverage === 'file' && signature.intact && signature.cryptoValid && signature.changes.length === 0;
  if (!whole) throw new Refusal('certificate.record-not-signed');
  if (signature.signer?.sha256 !== certificateSha256) throw new Refusal('certificate.other-key');
}

/** A record that nobody signed is taken back: the device lies in the cupboard again. */
export async function cancelHandOver(deps: CertificateDeps, caller: Caller, id: string): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    const before = await handOverById(tx, id);
    if (before === undefined) throw new Refusal('certificate.hand-over-not-found');
    const holding = await reachable(deps, tx, caller, before.holdingId);
    const handOver = await handOverById(tx, id, true);
    if (handOver?.state !== 'prepared' || holding.state !== 'handed-over') throw new Refusal('certificate.hand-over-not-now');
    await moveHandOver(tx, id, { state: 'cancelled' });
    if (holding.sha256 !== null) await unbindCertificate(tx, holding.sha256, deps.clock());
    await backToStock(tx, holding.deviceId, holding.agencyName);
    await changeHolding(tx, holding.id, { state: 'issued', at: holding.issuedAt ?? deps.clock() });
    await record(tx, {
      ...{ event: 'HandOverCancelled', at: deps.clock(), agencyId: holding.agencyId, actor: actorOf(caller) },
      ...{ documentId: holding.id, detail: { record: handOver.recordSha256 } },
    });
    return holding.id;
  });
}

async function backToStock(tx: Tx, deviceId: string | null, withWhom: string): Promise<void> {
  if (deviceId !== null) await changeDevice(tx, deviceId, { state: 'in-stock', withWhom, personId: null });
}
