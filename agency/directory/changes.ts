import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { ChangeLine, Grounds } from '@antin/protocol/office/directory-upkeep';
import { record } from '../journal/journal.ts';
import { actorOf, type Caller } from '../session/caller.ts';

export type ChangeKind =
  | 'agency-opened'
  | 'agency-changed'
  | 'agency-closed'
  | 'alias-added'
  | 'person-added'
  | 'person-changed'
  | 'position-added'
  | 'position-ended'
  | 'authority-added'
  | 'authority-ended';

/** Who changes: a person in their position, or a worker for an import or a reorganisation. */
export interface Maker {
  readonly at: Date;
  readonly caller?: Caller;
  /** Who a worker acts for. */
  readonly name?: string;
  readonly importId?: string;
  readonly reorganisationId?: string;
}

export interface NewChange {
  readonly id?: string;
  readonly kind: ChangeKind;
  readonly subject: ChangeLine['subject'];
  readonly subjectId: string;
  readonly agencyId: string | null;
  readonly effectiveFrom: string;
  readonly before?: object | null;
  readonly after?: object | null;
  readonly grounds?: Grounds | undefined;
  /** Of a person: whether how they sign in was changed. A restore believes no password that was; no entry says which. */
  readonly credentials?: 'changed' | 'kept';
}

const EVENTS: Readonly<Record<ChangeKind, string>> = {
  'agency-opened': 'DirectoryAgencyOpened',
  'agency-changed': 'DirectoryAgencyChanged',
  'agency-closed': 'DirectoryAgencyClosed',
  'alias-added': 'DirectoryAliasAdded',
  'person-added': 'DirectoryPersonAdded',
  'person-changed': 'DirectoryPersonChanged',
  'position-added': 'DirectoryPositionAdded',
  'position-ended': 'DirectoryPositionEnded',
  'authority-added': 'DirectoryAuthorityAdded',
  'authority-ended': 'DirectoryAuthorityEnded',
};

export const TAKE_EFFECT_QUEUE = 'directory.take-effect';

/** Midnight in the office: from then on the day is that day. */
export function beginOf(day: string): Date {
  return new Date(`${day}T00:00:00+07:00`);
}

/** Writes a change down, in the log of the directory and in the journal; of a later day, with a job that waits for it. */
export async function noteChange(tx: Tx, maker: Maker, change: NewChange): Promise<string> {
  const id = change.id ?? randomUUID();
  const who = maker.caller?.fullName ?? maker.name ?? 'system';
  await sql`
    insert into agency.directory_change (id, kind, subject, subject_id, agency_id, effective_from, before, after, grounds_number,
      grounds_date, made_at, made_by, made_by_name, import_id, reorganisation_id)
    values (${id}, ${change.kind}, ${change.subject}, ${change.subjectId}, ${change.agencyId}, ${change.effectiveFrom},
      ${json(change.before)}::jsonb, ${json(change.after)}::jsonb, ${change.grounds?.number ?? null}, ${change.grounds?.date ?? null},
      ${maker.at}, ${maker.caller?.personId ?? null}, ${who}, ${maker.importId ?? null}, ${maker.reorganisationId ?? null})`.execute(
    tx,
  );
  await record(tx, {
    event: EVENTS[change.kind],
    at: maker.at,
    agencyId: change.agencyId ?? undefined,
    ...(maker.caller === undefined ? { who } : { actor: actorOf(maker.caller) }),
    detail: {
      change: id,
      subject: change.subjectId,
      effectiveFrom: change.effectiveFrom,
      ...(change.grounds === undefined ? {} : { grounds: `${change.grounds.number} (${change.grounds.date})` }),
      ...(change.credentials === undefined ? {} : { credentials: change.credentials }),
    },
  });
  if (change.effectiveFrom > officeDay(maker.at) && change.subject === 'agency') await expectDay(tx, change.effectiveFrom);
  return id;
}

const json = (value: object | null | undefined) => (value === undefined || value === null ? null : JSON.stringify(value));

/** One job a day, whatever its changes are. */
export async function expectDay(tx: Tx, day: string): Promise<void> {
  await enqueue(tx, { queue: TAKE_EFFECT_QUEUE, key: day, payload: { day }, runAt: beginOf(day) });
}

export interface ChangeRecord extends Omit<ChangeLine, 'subjectName' | 'mayUndo' | 'grounds'> {
  readonly sequence: string;
  readonly agencyId: string | null;
  readonly groundsNumber: string | null;
  readonly groundsDate: string | null;
  readonly subjectName: string | null;
  /** A later change of the same subject rests on it. */
  readonly builtOn: boolean;
}

const columns = sql`
  c.id, c.sequence::text as sequence, c.kind, c.subject, c.subject_id as "subjectId", c.agency_id as "agencyId",
  c.effective_from as "effectiveFrom", c.before, c.after, c.grounds_number as "groundsNumber", c.grounds_date as "groundsDate",
  c.made_at as "madeAt", c.made_by_name as "madeBy", c.undone_at as "undoneAt", c.undone_by_name as "undoneBy",
  c.reorganisation_id as "reorganisationId", c.import_id as "importId",
  exists (select 1 from agency.directory_change l where l.subject_id = c.subject_id and l.sequence > c.sequence
    and l.undone_at is null) as "builtOn",
  case c.subject
    when 'agency' then coalesce((select a.name from agency.agency a where a.id = c.subject_id), c.after ->> 'name')
    when 'person' then (select n.full_name from agency.person n where n.id = c.subject_id)
    when 'position' then coalesce((select n.full_name || ' - ' || p.title from agency.position p join agency.person n on n.id = p.person_id
      where p.id = c.subject_id), c.after ->> 'title')
    else (select n.full_name || ' - ' || s.capacity from agency.signing_authority s join agency.position p on p.id = s.position_id
      join agency.person n on n.id = p.person_id where s.id = c.subject_id) end as "subjectName"`;

export async function changeById(tx: Tx, id: string): Promise<ChangeRecord | undefined> {
  const { rows } = await sql<ChangeRecord>`
    select ${columns} from agency.directory_change c where c.id = ${id} for update of c`.execute(tx);
  return rows[0];
}

/** Changes of a subtree (by path), of one agency or of one subject; latest first. */
export async function findChanges(
  db: Db,
  search: {
    readonly underPath: string;
    readonly agencyId?: string | undefined;
    readonly subjectId?: string | undefined;
    readonly pendingOn?: string | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  },
): Promise<ChangeRecord[]> {
  const { rows } = await sql<ChangeRecord>`
    select ${columns} from agency.directory_change c left join agency.agency o on o.id = c.agency_id
    where (o.id is null or (o.path >= ${search.underPath} and o.path < ${`${search.underPath}z`}))
      and ${search.agencyId === undefined ? sql`true` : sql`c.agency_id = ${search.agencyId}`}
      and ${search.subjectId === undefined ? sql`true` : sql`c.subject_id = ${search.subjectId}`}
      and ${search.pendingOn === undefined ? sql`true` : sql`c.undone_at is null and c.effective_from > ${search.pendingOn}::date`}
      and ${search.before === undefined ? sql`true` : sql`c.sequence < ${search.before}::bigint`}
    order by c.sequence desc limit ${search.limit}`.execute(db);
  return rows;
}

export function mayUndo(change: ChangeRecord, day: string): boolean {
  return whyNotUndo(change, day) === undefined;
}

function whyNotUndo(change: ChangeRecord, day: string): string | undefined {
  if (change.undoneAt !== null) return 'directory.undone-already';
  // A reorganisation is one act: it is cancelled as a whole.
  if (change.reorganisationId !== null) return 'directory.part-of-reorganisation';
  if (change.kind === 'person-added' || change.kind === 'person-changed' || change.kind === 'alias-added')
    return 'directory.in-effect';
  if (change.effectiveFrom <= day) return 'directory.in-effect';
  if (change.builtOn) return 'directory.later-change-first';
  return undefined;
}

/** @throws {Refusal} `directory.undone-already`, `directory.in-effect`, `directory.later-change-first`, `directory.part-of-reorganisation` */
export function mustUndo(change: ChangeRecord, day: string): void {
  const why = whyNotUndo(change, day);
  if (why !== undefined) throw new Refusal(why);
}

export async function markUndone(tx: Tx, maker: Maker, change: ChangeRecord): Promise<void> {
  const who = maker.caller?.fullName ?? maker.name ?? 'system';
  await sql`update agency.directory_change set undone_at = ${maker.at}, undone_by_name = ${who} where id = ${change.id}`.execute(
    tx,
  );
  await record(tx, {
    event: 'DirectoryChangeUndone',
    at: maker.at,
    agencyId: change.agencyId ?? undefined,
    ...(maker.caller === undefined ? { who } : { actor: actorOf(maker.caller) }),
    detail: { change: change.id, subject: change.subjectId, effectiveFrom: change.effectiveFrom },
  });
}
