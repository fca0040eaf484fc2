import { sql } from 'kysely';
import type { z } from 'zod';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import type { DeviceKind } from '@antin/protocol/certificates/subject';
import type { CertificateActKind, CertificateActState } from '@antin/protocol/office/certificates';
import type { KeyDeviceState } from '@antin/protocol/office/key-devices';
import { likeAnywhere } from '@antin/adapters/db/folding';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { readCursor } from '../keyset.ts';
import { inScope, inScopeAlong, type Scope } from '../scope.ts';

export type ActState = z.infer<typeof CertificateActState>;

export interface ActRecord {
  readonly id: string;
  readonly holdingId: string;
  readonly agencyId: string;
  readonly act: CertificateActKind;
  readonly state: ActState;
  readonly cause: RevocationCause | null;
  readonly since: string | null;
  readonly reason: string | null;
  readonly subjectSealed: Uint8Array | null;
  readonly askedAt: Date;
  readonly askedBy: string;
  readonly dueOn: string | null;
  readonly requestId: string | null;
  readonly answer: string | null;
}

const actColumns = sql`c.id, c.holding_id as "holdingId", c.agency_id as "agencyId", c.act, c.state, c.cause, c.since, c.reason,
  c.subject_sealed as "subjectSealed", c.asked_at as "askedAt", c.asked_by as "askedBy", c.due_on as "dueOn",
  c.request_id as "requestId", c.answer`;

export async function insertAct(tx: Tx, act: Omit<ActRecord, 'state' | 'requestId' | 'answer' | 'dueOn'>): Promise<void> {
  await sql`
    insert into agency.certificate_act (id, holding_id, agency_id, act, state, cause, since, reason, subject_sealed, asked_at, asked_by)
    values (${act.id}, ${act.holdingId}, ${act.agencyId}, ${act.act}, 'prepared', ${act.cause}, ${act.since}, ${act.reason},
      ${act.subjectSealed === null ? null : Buffer.from(act.subjectSealed)}, ${act.askedAt}, ${act.askedBy})`.execute(tx);
}

export async function actById(db: Db, id: string): Promise<ActRecord | undefined> {
  const { rows } = await sql<ActRecord>`select ${actColumns} from agency.certificate_act c where c.id = ${id}`.execute(db);
  return rows[0];
}

export async function actsOf(db: Db, holdingId: string): Promise<ActRecord[]> {
  const { rows } = await sql<ActRecord>`
    select ${actColumns} from agency.certificate_act c where c.holding_id = ${holdingId} order by c.number`.execute(db);
  return rows;
}

export async function openActOf(tx: Tx, holdingId: string): Promise<ActRecord | undefined> {
  const { rows } = await sql<ActRecord>`select ${actColumns} from agency.certificate_act c where c.holding_id = ${holdingId}
    and c.state in ('prepared', 'sent', 'question', 'approved') for update`.execute(tx);
  return rows[0];
}

export async function moveAct(
  tx: Tx,
  id: string,
  change: { state: ActState; answer?: string | undefined; requestId?: string | null; dueOn?: string },
): Promise<void> {
  await sql`update agency.certificate_act set state = ${change.state}, answer = coalesce(${change.answer ?? null}, answer),
    request_id = ${change.requestId === undefined ? sql`request_id` : change.requestId},
    due_on = coalesce(${change.dueOn ?? null}::date, due_on) where id = ${id}`.execute(tx);
}

/** Prepared acts of a scope, locked: two officers who send at once do not send one act twice. */
export async function takePrepared(tx: Tx, scope: Scope, ids: readonly string[] | undefined, most: number): Promise<ActRecord[]> {
  const { rows } = await sql<ActRecord>`
    select ${actColumns} from agency.certificate_act c where c.state = 'prepared' and ${inScope(sql`c.agency_id`, scope)}
      and ${ids === undefined ? sql`true` : sql`c.id = any(${[...ids]}::uuid[])`}
    order by c.number limit ${most} for update`.execute(tx);
  return rows;
}

export async function actsOfRequest(tx: Tx, requestId: string): Promise<ActRecord[]> {
  const { rows } = await sql<ActRecord>`
    select ${actColumns} from agency.certificate_act c where c.request_id = ${requestId} order by c.id for update`.execute(tx);
  return rows;
}

export interface DeviceRecord {
  readonly id: string;
  readonly serial: string;
  readonly kind: DeviceKind;
  readonly model: string | null;
  readonly state: KeyDeviceState;
  readonly agencyId: string;
  readonly personId: string | null;
  readonly withWhom: string;
  readonly returnBy: string | null;
  readonly version: number;
  readonly sortKey: string;
}

const deviceColumns = sql`d.id, d.serial, d.kind, d.model, d.state, d.agency_id as "agencyId", d.person_id as "personId",
  d.with_whom as "withWhom", d.return_by as "returnBy", d.version, d.sort_key as "sortKey"`;

export async function deviceById(db: Db, id: string, lock = false): Promise<DeviceRecord | undefined> {
  const { rows } = await sql<DeviceRecord>`
    select ${deviceColumns} from agency.key_device d where d.id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0];
}

/** The device with that serial number; made when it is new. */
export async function deviceOfSerial(
  tx: Tx,
  device: { id: string; serial: string; kind: DeviceKind; model?: string | undefined; agencyId: string; withWhom: string },
): Promise<DeviceRecord> {
  await sql`
    insert into agency.key_device (id, serial, kind, model, state, agency_id, with_whom)
    values (${device.id}, ${device.serial}, ${device.kind}, ${device.model ?? null}, 'in-stock', ${device.agencyId}, ${device.withWhom})
    on conflict (kind, serial) do nothing`.execute(tx);
  const { rows } = await sql<DeviceRecord>`select ${deviceColumns} from agency.key_device d
    where d.kind = ${device.kind} and d.serial = ${device.serial} for update`.execute(tx);
  return rows[0]!;
}

export async function changeDevice(
  tx: Tx,
  id: string,
  change: {
    state: KeyDeviceState;
    withWhom?: string;
    personId?: string | null;
    returnBy?: string | null;
    model?: string | undefined;
    agencyId?: string;
  },
): Promise<void> {
  await sql`update agency.key_device set state = ${change.state}, with_whom = coalesce(${change.withWhom ?? null}, with_whom),
    person_id = ${change.personId === undefined ? sql`person_id` : change.personId},
    return_by = ${change.returnBy === undefined ? sql`return_by` : change.returnBy},
    model = coalesce(${change.model ?? null}, model), agency_id = coalesce(${change.agencyId ?? null}::uuid, agency_id),
    version = version + 1 where id = ${id}`.execute(tx);
}

export async function listDevices(
  db: Db,
  query: { scope: Scope; q?: string | undefined; state?: string | undefined; after?: string | undefined; size: number },
): Promise<DeviceRecord[]> {
  const [key, id] = readCursor(query.after, 'su') ?? [];
  const pattern = query.q === undefined || query.q.trim() === '' ? undefined : likeAnywhere(query.q).slice(1);
  const { rows } = await sql<DeviceRecord>`
    select ${deviceColumns} from agency.key_device d where ${inScopeAlong(sql`d.agency_id`, query.scope)}
      and ${query.state === undefined ? sql`true` : sql`d.state = ${query.state}`}
      and ${pattern === undefined ? sql`true` : sql`d.sort_key like ${pattern}`}
      and ${key === undefined ? sql`true` : sql`(d.sort_key, d.id) > (${key}, ${id}::uuid)`}
    order by d.sort_key, d.id limit ${query.size + 1}`.execute(db);
  return rows;
}

/** Certificates in use on a device, other than one. */
export async function othersOnDevice(db: Db, deviceId: string, exceptHoldingId: string): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`select id from agency.holding where device_id = ${deviceId} and id <> ${exceptHoldingId}
    and state in ('issued', 'handed-over', 'active') and not_after > now()`.execute(db);
  return rows.map((row) => row.id);
}

export interface HandOverRecord {
  readonly id: string;
  readonly holdingId: string;
  readonly state: 'prepared' | 'signed' | 'cancelled';
  readonly receiverId: string;
  readonly receiver: string;
  readonly giver: string;
  readonly preparedAt: Date;
  readonly signedAt: Date | null;
  readonly recordSha256: string;
  readonly signedSha256: string | null;
}

const handOverColumns = sql`o.id, o.holding_id as "holdingId", o.state, o.receiver_id as "receiverId", o.receiver, o.giver,
  o.prepared_at as "preparedAt", o.signed_at as "signedAt", o.record_sha256 as "recordSha256", o.signed_sha256 as "signedSha256"`;

export async function insertHandOver(tx: Tx, one: Omit<HandOverRecord, 'state' | 'signedAt' | 'signedSha256'>): Promise<void> {
  await sql`
    insert into agency.hand_over (id, holding_id, state, receiver_id, receiver, giver, prepared_at, record_sha256)
    values (${one.id}, ${one.holdingId}, 'prepared', ${one.receiverId}, ${one.receiver}, ${one.giver}, ${one.preparedAt},
      ${one.recordSha256})`.execute(tx);
}

export async function handOverById(db: Db, id: string, lock = false): Promise<HandOverRecord | undefined> {
  const { rows } = await sql<HandOverRecord>`
    select ${handOverColumns} from agency.hand_over o where o.id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0];
}

export async function handOversOf(db: Db, where: { holdingId: string } | { receiverId: string }): Promise<HandOverRecord[]> {
  const about =
    'holdingId' in where
      ? sql`o.holding_id = ${where.holdingId}`
      : sql`o.receiver_id = ${where.receiverId} and o.state = 'prepared'`;
  const { rows } = await sql<HandOverRecord>`
    select ${handOverColumns} from agency.hand_over o where ${about} order by o.prepared_at limit 200`.execute(db);
  return rows;
}

export async function moveHandOver(
  tx: Tx,
  id: string,
  change: { state: 'cancelled' } | { state: 'signed'; at: Date; signedSha256: string },
): Promise<void> {
  const [at, sha256] = change.state === 'signed' ? [change.at, change.signedSha256] : [null, null];
  await sql`update agency.hand_over set state = ${change.state}, signed_at = ${at}, signed_sha256 = ${sha256} where id = ${id}`.execute(
    tx,
  );
}
