import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { RequestState } from '@antin/protocol/authority/registration';
import type { RequestAct, RequestItem } from '@antin/protocol/certificates/request';
import type { CheckResult } from './checks.ts';
import type { ItemFacts } from './content.ts';
import type { ItemState } from './rules.ts';

export interface ItemRecord {
  readonly id: string;
  readonly submissionId: string;
  readonly itemId: string;
  readonly act: RequestAct;
  readonly form: '01' | '02' | '03' | null;
  readonly agencyCode: string;
  readonly agencyName: string;
  readonly agencyPlace: string;
  readonly subject: string;
  readonly certificateSerial: string | null;
  readonly state: RequestState;
  readonly version: number;
  readonly originalSha256: string;
  readonly current: RequestItem;
  readonly spkiSha256: string | null;
  readonly checks: readonly CheckResult[];
  readonly blocking: number;
  readonly shown: string | null;
  readonly shownSha256: string | null;
  readonly receivedAt: Date;
  readonly completeAt: Date | null;
  readonly dueOn: string | null;
  readonly daysLeft: number | null;
  readonly editors: readonly string[];
  readonly enteredBy: string | null;
  readonly proposer: string | null;
  readonly approver: string | null;
  readonly approvedSha256: string | null;
  readonly issuer: string | null;
  readonly issuedIssuerSha256: string | null;
  readonly issuedSerialHex: string | null;
  readonly openQuestions: number;
}

const COLUMNS = sql`i.id, i.submission_id as "submissionId", i.item_id as "itemId", i.act, i.form, i.agency_code as "agencyCode",
  i.agency_name as "agencyName", i.agency_place as "agencyPlace", i.subject, i.certificate_serial as "certificateSerial", i.state, i.version,
  i.original_sha256 as "originalSha256", i.current, i.spki_sha256 as "spkiSha256", i.checks, i.blocking, i.shown,
  i.shown_sha256 as "shownSha256", i.received_at as "receivedAt", i.complete_at as "completeAt", i.due_on as "dueOn",
  i.days_left as "daysLeft", i.editors, i.entered_by as "enteredBy", i.proposer, i.approver,
  i.approved_sha256 as "approvedSha256", i.issuer, i.issued_issuer_sha256 as "issuedIssuerSha256",
  i.issued_serial_hex as "issuedSerialHex",
  (select count(*)::int from authority.request_question q where q.request_item_id = i.id and q.answered_at is null)
    as "openQuestions"`;

export async function itemById(db: Db, id: string): Promise<ItemRecord | undefined> {
  const { rows } = await sql<ItemRecord>`select ${COLUMNS} from authority.request_item i where i.id = ${id}`.execute(db);
  return rows[0];
}

/** Holds the request until the end of the transaction; needs the right to change it. */
export async function lockItem(tx: Tx, id: string): Promise<ItemRecord | undefined> {
  // First the lock, then a new snapshot: questions of a transaction that ended meanwhile are counted.
  await sql`select 1 from authority.request_item where id = ${id} for update`.execute(tx);
  return itemById(tx, id);
}

export function stateOf(row: ItemRecord): ItemState {
  return {
    act: row.act,
    state: row.state,
    shownSha256: row.shownSha256 ?? '',
    // Not looked at yet is not yet good.
    blocking: row.shownSha256 === null ? Math.max(1, row.blocking) : row.blocking,
    openQuestions: row.openQuestions,
    enteredBy: row.enteredBy ?? undefined,
    tookPart: row.editors,
    proposer: row.proposer ?? undefined,
    approver: row.approver ?? undefined,
    approvedSha256: row.approvedSha256 ?? undefined,
    issuer: row.issuer ?? undefined,
  };
}

export interface NewItem {
  readonly id: string;
  readonly item: RequestItem;
  /** As it came, before our schema trimmed it. */
  readonly original: unknown;
  readonly originalSha256: string;
  readonly facts: ItemFacts;
}

/** Many at once: a round of thousands is a few statements. */
export async function insertItems(
  tx: Tx,
  submissionId: string,
  items: readonly NewItem[],
  enteredBy: string | undefined,
  at: Date,
): Promise<void> {
  const rows = items.map(({ id, item, original, originalSha256, facts }) => ({
    ...{ id, item_id: item.id, act: item.act, form: facts.form ?? null, current: item, original },
    ...{ agency_code: item.managingAgency.code, agency_name: item.managingAgency.name, agency_place: item.managingAgency.place },
    ...{ subject: facts.subject, subject_key: facts.subjectKey ?? null, folded: facts.folded },
    original_sha256: originalSha256,
    certificate_issuer: facts.certificate?.issuerSha256 ?? null,
    certificate_serial: facts.certificate?.serialHex ?? null,
  }));
  for (let i = 0; i < rows.length; i += 500) {
    await sql`
      insert into authority.request_item (id, submission_id, item_id, act, form, agency_code, agency_name, agency_place, subject,
        subject_key, folded, state, original, original_sha256, current, certificate_issuer, certificate_serial, received_at,
        entered_by)
      select id, ${submissionId}::uuid, item_id, act, form, agency_code, agency_name, agency_place, subject, subject_key, folded,
        'received', original, original_sha256, current, certificate_issuer, certificate_serial, ${at}::timestamptz,
        ${enteredBy ?? null}::uuid
      from jsonb_to_recordset(${JSON.stringify(rows.slice(i, i + 500))}::jsonb) as x(id uuid, item_id uuid, act text, form text,
        agency_code text, agency_name text, agency_place text, subject text, subject_key text, folded text, original jsonb,
        original_sha256 text, current jsonb, certificate_issuer text, certificate_serial text)`.execute(tx);
  }
}

/** Content, checks, document and clock of one request, after anything that changes what is shown. */
export async function writeContent(
  tx: Tx,
  id: string,
  one: {
    readonly state: RequestState;
    readonly version: number;
    readonly item: RequestItem;
    readonly facts: ItemFacts;
    readonly spkiSha256: string | undefined;
    readonly checks: readonly CheckResult[];
    readonly blocking: number;
    readonly shown: string;
    readonly shownSha256: string;
    readonly tookPart: readonly string[];
    readonly completeAt: Date | null;
    readonly dueOn: string | null;
    readonly daysLeft: number | null;
  },
): Promise<void> {
  const { item, facts } = one;
  const { code, name, place } = item.managingAgency;
  await sql`
    update authority.request_item set state = ${one.state}, version = ${one.version}, current = ${JSON.stringify(item)}::jsonb,
      form = ${facts.form ?? null}, agency_code = ${code}, agency_name = ${name}, agency_place = ${place},
      subject = ${facts.subject}, subject_key = ${facts.subjectKey ?? null}, folded = ${facts.folded},
      certificate_issuer = ${facts.certificate?.issuerSha256 ?? null}, certificate_serial = ${facts.certificate?.serialHex ?? null},
      spki_sha256 = ${one.spkiSha256 ?? null}, checks = ${JSON.stringify(one.checks)}::jsonb, blocking = ${one.blocking},
      shown = ${one.shown}, shown_sha256 = ${one.shownSha256}, editors = ${[...one.tookPart]}::uuid[], proposer = null,
      approver = null, approved_sha256 = null, approved_at = null, complete_at = ${one.completeAt}, due_on = ${one.dueOn}::date,
      days_left = ${one.daysLeft}
    where id = ${id}`.execute(tx);
}

/** The state and hash stand in the condition: of two who act at once, one changes a row and the other none. */
export async function markProposed(tx: Tx, id: string, officerId: string, shownSha256: string): Promise<boolean> {
  const done = await sql`
    update authority.request_item set state = 'proposed', proposer = ${officerId}
    where id = ${id} and state = 'received' and shown_sha256 = ${shownSha256} and blocking = 0`.execute(tx);
  return done.numAffectedRows === 1n;
}

export async function markApproved(tx: Tx, id: string, officerId: string, shownSha256: string, at: Date): Promise<boolean> {
  const done = await sql`
    update authority.request_item
    set state = 'approved', approver = ${officerId}, approved_sha256 = ${shownSha256}, approved_at = ${at}
    where id = ${id} and state = 'proposed' and shown_sha256 = ${shownSha256} and blocking = 0 and proposer <> ${officerId}
      and entered_by is distinct from ${officerId}::uuid and not (editors @> array[${officerId}]::uuid[])`.execute(tx);
  return done.numAffectedRows === 1n;
}

export async function markClosed(
  tx: Tx,
  id: string,
  from: RequestState,
  to: 'refused' | 'withdrawn' | 'carried-out' | 'handed-over',
  at: Date,
): Promise<boolean> {
  const done = await sql`
    update authority.request_item set state = ${to}, closed_at = ${at}, due_on = null where id = ${id} and state = ${from}`.execute(
    tx,
  );
  return done.numAffectedRows === 1n;
}

/** Requests of a submission (or of all) that nobody has checked yet. */
export async function uncheckedItems(db: Db, submissionId: string | undefined, limit: number): Promise<string[]> {
  const within = submissionId === undefined ? sql`` : sql`and submission_id = ${submissionId}`;
  const { rows } = await sql<{ id: string }>`
    select id from authority.request_item where shown_sha256 is null and state = 'received' ${within}
    order by received_at, id limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** Requests of a submission by the sender's own item ids. */
export async function itemsOfSubmission(
  db: Db,
  submissionId: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly id: string; readonly state: RequestState }>> {
  const { rows } = await sql<{ id: string; itemId: string; state: RequestState }>`
    select id, item_id as "itemId", state from authority.request_item
    where submission_id = ${submissionId} and item_id = any(${[...itemIds]}::uuid[])`.execute(db);
  return new Map(rows.map(({ id, itemId, state }) => [itemId, { id, state }]));
}
