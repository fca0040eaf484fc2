import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { ReorganisationEffects, ReorganisationPlan } from '@antin/protocol/office/reorganisation';
import type { ItemPlan } from './item-plan.ts';
import type { Move, State } from './rules.ts';

export interface ReorganisationRecord {
  readonly id: string;
  readonly agencyId: string;
  readonly name: string;
  readonly plan: ReorganisationPlan;
  readonly moves: Move[];
  readonly effectiveOn: string;
  readonly groundsNumber: string;
  readonly groundsDate: string;
  readonly state: State;
  readonly effects: ReorganisationEffects | null;
  readonly effectsSha256: string | null;
  readonly failure: string | null;
  readonly createdAt: Date;
  readonly createdByName: string;
  readonly decidedBy: string | null;
  readonly decidedPosition: string | null;
  readonly effectiveAt: Date | null;
  readonly requestId: string | null;
}

const columns = sql`
  r.id, r.agency_id as "agencyId", r.name, r.plan, r.moves, r.effective_on as "effectiveOn", r.grounds_number as "groundsNumber",
  r.grounds_date as "groundsDate", r.state, r.effects, r.effects_sha256 as "effectsSha256", r.failure, r.created_at as "createdAt",
  r.created_by_name as "createdByName", r.decided_by as "decidedBy", r.decided_position as "decidedPosition",
  r.effective_at as "effectiveAt", (select c.request_id from agency.reorganisation_certificate c
    where c.reorganisation_id = r.id and c.request_id is not null order by c.ordinal limit 1) as "requestId"`;

export async function reorganisationById(db: Db, id: string, lock = false): Promise<ReorganisationRecord | undefined> {
  const { rows } = await sql<ReorganisationRecord>`
    select ${columns} from agency.reorganisation r where r.id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0];
}

export async function reorganisationsBelow(db: Db, path: string): Promise<ReorganisationRecord[]> {
  const { rows } = await sql<ReorganisationRecord>`
    select ${columns} from agency.reorganisation r join agency.agency a on a.id = r.agency_id
    where a.path >= ${path} and a.path < ${`${path}z`} order by r.created_at desc limit 200`.execute(db);
  return rows;
}

export type DraftFields = Pick<ReorganisationRecord, 'name' | 'plan' | 'moves' | 'effectiveOn' | 'groundsNumber' | 'groundsDate'>;

export async function insertDraft(
  tx: Tx,
  one: DraftFields & { id: string; agencyId: string; createdAt: Date; createdByName: string },
): Promise<void> {
  await sql`
    insert into agency.reorganisation (id, agency_id, name, plan, moves, effective_on, grounds_number, grounds_date, state, created_at, created_by_name)
    values (${one.id}, ${one.agencyId}, ${one.name}, ${JSON.stringify(one.plan)}::jsonb, ${JSON.stringify(one.moves)}::jsonb,
      ${one.effectiveOn}, ${one.groundsNumber}, ${one.groundsDate}, 'draft', ${one.createdAt}, ${one.createdByName})`.execute(tx);
}

/** A change voids what was checked. */
export async function changeDraft(tx: Tx, id: string, one: DraftFields): Promise<void> {
  await sql`
    update agency.reorganisation set name = ${one.name}, plan = ${JSON.stringify(one.plan)}::jsonb, moves = ${JSON.stringify(one.moves)}::jsonb,
      effective_on = ${one.effectiveOn}, grounds_number = ${one.groundsNumber}, grounds_date = ${one.groundsDate}, state = 'draft',
      effects = null, effects_sha256 = null, failure = null where id = ${id}`.execute(tx);
}

export async function setChecked(tx: Tx, id: string, effects: ReorganisationEffects, sha256: string): Promise<void> {
  await sql`
    update agency.reorganisation set state = 'checked', effects = ${JSON.stringify(effects)}::jsonb, effects_sha256 = ${sha256},
      failure = null where id = ${id}`.execute(tx);
}

export async function setState(
  tx: Tx,
  id: string,
  state: State,
  more: { decidedBy?: string; decidedPosition?: string; effectiveAt?: Date; failure?: string } = {},
): Promise<void> {
  await sql`
    update agency.reorganisation set state = ${state}, decided_by = coalesce(${more.decidedBy ?? null}::uuid, decided_by),
      decided_position = coalesce(${more.decidedPosition ?? null}::uuid, decided_position), effective_at = ${more.effectiveAt ?? null},
      failure = ${more.failure ?? null} where id = ${id}`.execute(tx);
}

/** Drafts and documents on their way to a number, of agencies. */
export async function documentsInProgress(db: Db, agencyIds: readonly string[]) {
  const { rows } = await sql<{ id: string; subject: string; state: string; agencyName: string }>`
    select d.id, d.subject, d.state, a.name as "agencyName" from agency.document d join agency.agency a on a.id = d.agency_id
    where d.agency_id = any(${[...agencyIds]}::uuid[]) and d.state <> 'issued' order by d.created_at limit 1000`.execute(db);
  return rows;
}

export async function openSeries(db: Db, agencyIds: readonly string[], year: number) {
  const { rows } = await sql<{ agencyName: string; name: string; lastNumber: number }>`
    select a.name as "agencyName", s.name, s.last_number as "lastNumber" from agency.number_series s
      join agency.register r on r.id = s.register_id join agency.agency a on a.id = s.agency_id
    where s.agency_id = any(${[...agencyIds]}::uuid[]) and s.year = ${year} and r.closed_on is null order by a.name, s.name`.execute(
    db,
  );
  return rows;
}

/** Books close on the day: what is entered before it stays in them, nothing comes after. */
export async function closeBooks(tx: Tx, agencyIds: readonly string[], day: string): Promise<void> {
  await sql`
    update agency.register set closed_on = ${day} where agency_id = any(${[...agencyIds]}::uuid[]) and closed_on is null
      and year >= ${Number(day.slice(0, 4))}`.execute(tx);
}

export interface AffectedRow {
  readonly sha256: string;
  readonly serialHex: string;
  readonly der: Uint8Array;
  readonly subject: string;
  readonly notAfter: Date;
  readonly personId: string | null;
  readonly agencyId: string | null;
  /** Of the certificate register, where it knows the issuer. */
  readonly issuerSha256: string | null;
  readonly holdingId: string | null;
  readonly device: string | null;
}

/** Certificates of agencies and people that have not ended on a day, from the directory's bindings and the register together. */
export async function certificatesOf(
  db: Db,
  of: { readonly agencyIds: readonly string[]; readonly personIds: readonly string[]; readonly day: string },
): Promise<AffectedRow[]> {
  const { rows } = await sql<AffectedRow>`
    select b.sha256, b.serial_hex as "serialHex", b.der, b.subject_text as subject, b.not_after as "notAfter", b.person_id as "personId",
      b.agency_id as "agencyId", h.issuer_sha256 as "issuerSha256", h.id as "holdingId", h.device_kind as device
    from agency.bound_certificate b left join agency.holding h on h.sha256 = b.sha256
    where b.unbound_at is null and b.not_after > ${of.day}::date and (h.state is null or h.state in ('issued', 'handed-over', 'active'))
      and (b.agency_id = any(${[...of.agencyIds]}::uuid[]) or b.person_id = any(${[...of.personIds]}::uuid[]))
    order by b.agency_id nulls last, b.subject_text, b.sha256`.execute(db);
  return rows;
}

export interface StoredItem {
  readonly itemId: string;
  readonly act: string;
  readonly itemSealed: Buffer | null;
  readonly missing: readonly string[];
  readonly sha256: string | null;
  readonly holder: string;
  readonly form: '01' | '02';
  readonly holdingId: string | null;
  readonly requestId: string | null;
  /** What it is made of; null in rows from before this was kept. */
  readonly plan: ItemPlan | null;
}

export async function insertItems(tx: Tx, reorganisationId: string, items: readonly StoredItem[]): Promise<void> {
  for (const [ordinal, item] of items.entries()) {
    await sql`
      insert into agency.reorganisation_certificate (reorganisation_id, item_id, ordinal, act, item_sealed, missing, sha256, holder, form, holding_id, plan)
      values (${reorganisationId}, ${item.itemId}, ${ordinal}, ${item.act}, ${item.itemSealed}, ${[...item.missing]}::text[], ${item.sha256},
        ${item.holder}, ${item.form}, ${item.holdingId},
        ${item.plan === null ? null : JSON.stringify(item.plan)}::jsonb)`.execute(tx);
  }
}

export async function itemsOf(db: Db, reorganisationId: string): Promise<StoredItem[]> {
  const { rows } = await sql<StoredItem>`
    select item_id as "itemId", act, item_sealed as "itemSealed", missing, sha256, holder, form, holding_id as "holdingId",
      request_id as "requestId", plan from agency.reorganisation_certificate
    where reorganisation_id = ${reorganisationId} order by ordinal`.execute(db);
  return rows;
}

/** A certificate that the directory binds or bound. */
export async function boundDer(db: Db, sha256: string): Promise<Uint8Array | undefined> {
  const { rows } = await sql<{ der: Uint8Array }>`select der from agency.bound_certificate where sha256 = ${sha256}`.execute(db);
  return rows[0]?.der;
}

/** What it lacks now, or the whole of it. */
export async function completeItem(
  tx: Tx,
  itemId: string,
  one: Pick<StoredItem, 'itemSealed' | 'missing' | 'plan'>,
): Promise<void> {
  await sql`
    update agency.reorganisation_certificate set item_sealed = ${one.itemSealed}, missing = ${[...one.missing]}::text[],
      plan = ${JSON.stringify(one.plan)}::jsonb where item_id = ${itemId} and request_id is null`.execute(tx);
}

export async function setRequest(tx: Tx, reorganisationId: string, itemIds: readonly string[], requestId: string): Promise<void> {
  await sql`
    update agency.reorganisation_certificate set request_id = ${requestId}
    where reorganisation_id = ${reorganisationId} and item_id = any(${[...itemIds]}::uuid[])`.execute(tx);
}
