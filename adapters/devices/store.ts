import { sql } from 'kysely';
import type { Db } from '../db/transaction.ts';

export interface DeviceRow {
  readonly id: string;
  readonly public_key: Buffer;
  readonly name: string;
  readonly holder: 'practice' | 'token';
  readonly created_at: Date;
  readonly user_code: string | null;
  readonly code_expires_at: Date | null;
  readonly paired_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly removed_at: Date | null;
}

export interface CredentialRow {
  readonly device_id: string;
  readonly sha256: string;
  readonly certificate: Buffer;
  readonly kind: 'person' | 'organisation';
  readonly bound_to: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serial_hex: string;
  readonly not_before: Date;
  readonly not_after: Date;
}

export interface NewDevice {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly holder: 'practice' | 'token';
  readonly now: Date;
  readonly userCode?: string;
  readonly codeExpiresAt?: Date;
  readonly pairedAt?: Date;
}

/** False when that key is already known. */
export async function insertDevice(db: Db, device: NewDevice): Promise<boolean> {
  const added = await sql`
    insert into devices.device (id, public_key, name, holder, created_at, user_code, code_expires_at, paired_at)
    values (${device.id}, ${Buffer.from(device.publicKey)}, ${device.name}, ${device.holder}, ${device.now},
      ${device.userCode ?? null}, ${device.codeExpiresAt ?? null}, ${device.pairedAt ?? null})
    on conflict (public_key) do nothing returning id`.execute(db);
  return added.rows.length > 0;
}

export async function deviceById(db: Db, id: string): Promise<DeviceRow | undefined> {
  return (await sql<DeviceRow>`select * from devices.device where id = ${id} and removed_at is null`.execute(db)).rows[0];
}

export async function deviceByKey(db: Db, publicKey: Uint8Array): Promise<DeviceRow | undefined> {
  return (await sql<DeviceRow>`select * from devices.device where public_key = ${Buffer.from(publicKey)}`.execute(db)).rows[0];
}

/** Locks the row: two people typing one code at the same time must not both get the agent. */
export async function pendingByCode(db: Db, userCode: string, now: Date): Promise<DeviceRow | undefined> {
  const found = await sql<DeviceRow>`
    select * from devices.device
    where user_code = ${userCode} and paired_at is null and removed_at is null and code_expires_at > ${now} for update`.execute(
    db,
  );
  return found.rows[0];
}

/** Pairings nobody confirmed are forgotten: the route that makes them is public. */
export async function dropStalePairings(db: Db, now: Date): Promise<void> {
  await sql`
    delete from devices.device_nonce where device_id in
      (select id from devices.device where paired_at is null and code_expires_at < ${now})`.execute(db);
  await sql`delete from devices.device where paired_at is null and code_expires_at < ${now}`.execute(db);
}

export async function pendingPairings(db: Db): Promise<number> {
  const counted = await sql<{ n: number }>`select count(*)::int as n from devices.device where paired_at is null`.execute(db);
  return counted.rows[0]?.n ?? 0;
}

export async function markPaired(db: Db, deviceId: string, now: Date): Promise<void> {
  await sql`
    update devices.device set paired_at = coalesce(paired_at, ${now}), user_code = null, code_expires_at = null, removed_at = null
    where id = ${deviceId}`.execute(db);
}

export async function addDevicePerson(db: Db, deviceId: string, personId: string, now: Date): Promise<void> {
  await sql`
    insert into devices.device_person (device_id, person_id, paired_at) values (${deviceId}, ${personId}, ${now})
    on conflict (device_id, person_id) do update set removed_at = null,
      paired_at = case when devices.device_person.removed_at is null then devices.device_person.paired_at else ${now} end`.execute(
    db,
  );
}

/** People who use this agent, first paired first. */
export async function peopleOf(db: Db, deviceId: string): Promise<string[]> {
  const found = await sql<{ person_id: string }>`
    select person_id from devices.device_person where device_id = ${deviceId} and removed_at is null
    order by paired_at, person_id`.execute(db);
  return found.rows.map((row) => row.person_id);
}

/** Unpairs one person; an agent without people is refused from then on. Its credentials of that person go with it. */
export async function removeDevicePerson(db: Db, deviceId: string, personId: string, now: Date): Promise<boolean> {
  const removed = await sql`
    update devices.device_person set removed_at = ${now}
    where device_id = ${deviceId} and person_id = ${personId} and removed_at is null returning device_id`.execute(db);
  if (removed.rows.length === 0) return false;
  await sql`
    delete from devices.device_credential where device_id = ${deviceId} and kind = 'person' and bound_to = ${personId}`.execute(
    db,
  );
  await sql`
    update devices.device set removed_at = ${now} where id = ${deviceId}
      and not exists (select 1 from devices.device_person p where p.device_id = ${deviceId} and p.removed_at is null)`.execute(
    db,
  );
  return true;
}

export async function devicesOf(db: Db, personId: string): Promise<DeviceRow[]> {
  const found = await sql<DeviceRow>`
    select d.* from devices.device d join devices.device_person p on p.device_id = d.id
    where p.person_id = ${personId} and p.removed_at is null and d.removed_at is null and d.paired_at is not null
    order by d.paired_at, d.id`.execute(db);
  return found.rows;
}

/** At most one write in ten seconds: a poll must not cost a row version each time. */
export async function markSeen(db: Db, deviceId: string, now: Date): Promise<void> {
  await sql`
    update devices.device set last_seen_at = ${now}
    where id = ${deviceId} and (last_seen_at is null or last_seen_at < ${now}::timestamptz - interval '10 seconds')`.execute(db);
}

/** False when the nonce was seen before. */
export async function takeNonce(db: Db, deviceId: string, nonce: string, now: Date): Promise<boolean> {
  const taken = await sql`
    insert into devices.device_nonce (device_id, nonce, seen_at) values (${deviceId}, ${nonce}, ${now})
    on conflict do nothing returning nonce`.execute(db);
  return taken.rows.length > 0;
}

export async function dropOldNonces(db: Db, deviceId: string, before: Date): Promise<void> {
  await sql`delete from devices.device_nonce where device_id = ${deviceId} and seen_at < ${before}`.execute(db);
}

export async function noteCodeAttempt(db: Db, personId: string, now: Date): Promise<void> {
  await sql`insert into devices.device_code_attempt (person_id, at) values (${personId}, ${now})`.execute(db);
}

export async function codeAttemptsSince(db: Db, personId: string, since: Date): Promise<number> {
  await sql`delete from devices.device_code_attempt where at < ${since}`.execute(db);
  const counted = await sql<{ n: number }>`
    select count(*)::int as n from devices.device_code_attempt where person_id = ${personId}`.execute(db);
  return counted.rows[0]?.n ?? 0;
}

/** What the agent holds now: the list replaces the earlier one. */
export async function replaceCredentials(db: Db, deviceId: string, rows: readonly CredentialRow[], now: Date): Promise<void> {
  await sql`delete from devices.device_credential where device_id = ${deviceId}`.execute(db);
  for (const row of rows) {
    await sql`
      insert into devices.device_credential
        (device_id, sha256, certificate, kind, bound_to, subject, issuer, serial_hex, not_before, not_after, announced_at)
      values (${deviceId}, ${row.sha256}, ${row.certificate}, ${row.kind}, ${row.bound_to}, ${row.subject}, ${row.issuer},
        ${row.serial_hex}, ${row.not_before}, ${row.not_after}, ${now}) on conflict do nothing`.execute(db);
  }
}

export async function credentialsOfDevice(db: Db, deviceId: string): Promise<CredentialRow[]> {
  const found = await sql<CredentialRow>`
    select * from devices.device_credential where device_id = ${deviceId} order by subject, sha256`.execute(db);
  return found.rows;
}

export type CredentialOnDevice = CredentialRow & Pick<DeviceRow, 'name' | 'holder' | 'last_seen_at'>;

/** Credentials of one owner on the devices that a person has paired, last seen device first. */
export async function credentialsOf(
  db: Db,
  who: { personId: string; kind: 'person' | 'organisation'; boundTo: string },
): Promise<CredentialOnDevice[]> {
  const found = await sql<CredentialOnDevice>`
    select c.*, d.name, d.holder, d.last_seen_at
    from devices.device_credential c
    join devices.device d on d.id = c.device_id and d.removed_at is null and d.paired_at is not null
    join devices.device_person p on p.device_id = d.id and p.person_id = ${who.personId} and p.removed_at is null
    where c.kind = ${who.kind} and c.bound_to = ${who.boundTo}
    order by d.last_seen_at desc nulls last, c.not_after desc, c.sha256`.execute(db);
  return found.rows;
}
