import { sql } from 'kysely';
import type { SheetState } from '@antin/protocol/office/needs';
import type { Form } from '@antin/protocol/office/certificates';
import type { Db } from '@antin/adapters/db/transaction';
import { readCursor } from '../keyset.ts';
import { named, under } from './tree.ts';
import type { RoundRecord } from './store.ts';

export interface FormTotal {
  readonly form: Form;
  readonly entries: number;
  readonly yearBefore: number;
  readonly added: number;
  readonly dropped: number;
}

/** What is stated now against the year before, subject by subject: who is new, and who is no longer asked for. */
export async function totalsOf(
  db: Db,
  round: RoundRecord,
  before: RoundRecord | undefined,
  underPath: string,
): Promise<FormTotal[]> {
  const within = sql`exists (select 1 from agency.agency a where a.id = e.agency_id and ${under(underPath)})`;
  const { rows } = await sql<FormTotal>`
    with stated as materialized (select form, identity from agency.needs_entry e where e.round_id = ${round.id} and ${within}),
      earlier as materialized (select e.form, e.identity from agency.needs_entry e join agency.needs_sheet s on s.id = e.sheet_id
        where e.round_id = ${before?.id ?? null}::uuid and s.state = 'accepted' and ${within})
    select f.form, (select count(*)::integer from stated n where n.form = f.form) as entries,
      (select count(*)::integer from earlier t where t.form = f.form) as "yearBefore",
      (select count(*)::integer from stated n where n.form = f.form and n.identity is not null
        and not exists (select 1 from earlier t where t.identity = n.identity)) as added,
      (select count(*)::integer from earlier t where t.form = f.form and t.identity is not null
        and not exists (select 1 from stated n where n.identity = t.identity)) as dropped
    from unnest(${[...round.forms]}::text[]) f(form) order by f.form`.execute(db);
  return rows;
}

export interface AgencyLine {
  readonly agencyId: string;
  readonly agencyCode: string;
  readonly agencyName: string;
  readonly path: string;
  readonly state: SheetState;
  readonly withErrors: number;
  readonly entries: Partial<Record<Form, number>>;
  readonly yearBefore: Partial<Record<Form, number>>;
}

export async function agencyLines(
  db: Db,
  query: {
    round: RoundRecord;
    before: RoundRecord | undefined;
    underPath: string;
    q?: string | undefined;
    state?: SheetState | undefined;
    after?: string | undefined;
    size: number;
  },
): Promise<AgencyLine[]> {
  const [path] = readCursor(query.after, 's') ?? [''];
  const counted = (roundId: string | null) => sql`coalesce((select jsonb_object_agg(c.form, c.n) from (
      select e.form, count(*)::integer as n from agency.needs_sheet p join agency.needs_entry e on e.sheet_id = p.id and e.round_id = p.round_id
      where p.round_id = ${roundId}::uuid and p.agency_id = s.agency_id group by 1) c), '{}'::jsonb)`;
  const { rows } = await sql<AgencyLine>`
    select a.id as "agencyId", a.code as "agencyCode", a.name as "agencyName", a.path, s.state, ${counted(query.round.id)} as entries,
      (select count(*)::integer from agency.needs_entry e where e.round_id = s.round_id and e.sheet_id = s.id and e.error_count > 0) as "withErrors",
      ${counted(query.before?.id ?? null)} as "yearBefore"
    from agency.needs_sheet s join agency.agency a on a.id = s.agency_id
    where s.round_id = ${query.round.id} and a.path > ${path} and ${under(query.underPath)} and ${named(query)} order by a.path limit ${query.size + 1}`.execute(
    db,
  );
  return rows;
}
