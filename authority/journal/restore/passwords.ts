import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { text, type Happened } from './entry.ts';

/** What a restore did with the officers' passwords. */
export interface OfficersAfter {
  /** Sign-in names of those whose password is believed no more; two others of operation give them a new one. */
  readonly shutOut: readonly string[];
  /** Officers of operation of this day who can still sign in; with fewer than two nobody could give anybody a password. */
  readonly operating: readonly string[];
  /** False: an empty database, whose first officers are founded anew. */
  readonly any: boolean;
}

/**
 * A backup holds the passwords of its day. One that was changed since may have been changed because somebody else knew it, and of the
 * new one the journal has nothing: the officer has no password at all until two others give a new one. So have those whose password
 * was set in the set-back database itself, by whoever was let in with one of yesterday's.
 */
export class Passwords {
  private readonly ids = new Set<string>();

  note({ kind, detail }: Happened): void {
    const change = (detail['change'] ?? {}) as Readonly<Record<string, unknown>>;
    const reset = kind === 'officer.change-confirmed' && change['kind'] === 'reset-password';
    const own = kind === 'officer.password-changed' || kind === 'officer.readmitted';
    const id = own ? text(detail['officerId']) : reset ? text(change['officerId']) : undefined;
    if (id !== undefined) this.ids.add(id);
  }

  /** @param all every officer: when nobody knows whether the copy reaches up to the disaster */
  async finish(tx: Tx, all: boolean, today: string): Promise<OfficersAfter> {
    const between = await sql<{ id: string }>`
      select coalesce(e.detail ->> 'officerId', e.detail #>> '{change,officerId}') as id
      from authority.journal_waiting w join authority.journal_entry e on e.id = w.entry
      where e.kind in ('officer.password-changed', 'officer.readmitted')
        or (e.kind = 'officer.change-confirmed' and e.detail #>> '{change,kind}' = 'reset-password')`.execute(tx);
    for (const { id } of between.rows) this.ids.add(id);
    const shut = await sql<{ name: string; active: boolean }>`
      update authority.officer set password_hash = null, must_change_password = true
      where ${all}::boolean or id::text = any(${[...this.ids]}::text[])
      returning sign_in_name as name, active`.execute(tx);
    const operating = await sql<{ name: string }>`
      select sign_in_name as name from authority.officer o
      where active and password_hash is not null and exists (
        select 1 from authority.officer_role r where r.officer_id = o.id and r.role = 'operation'
          and r.valid_from <= ${today}::date and (r.valid_to is null or r.valid_to > ${today}::date))
      order by 1`.execute(tx);
    const any = await sql`select 1 from authority.officer limit 1`.execute(tx);
    const shutOut = shut.rows.filter((row) => row.active).map((row) => row.name);
    return { shutOut: shutOut.sort(), operating: operating.rows.map((row) => row.name), any: any.rows.length > 0 };
  }
}

/**
 * A proposal that was decided since is not open again: one that two had rejected would need only one more, and one that was carried
 * out would be carried out a second time, with the first password or the token of that day.
 */
export async function closeProposal(tx: Tx, { at, detail }: Happened): Promise<void> {
  const [id, by] = [text(detail['changeId']) ?? null, text(detail['by']) ?? null];
  await sql`
    update authority.officer_change set state = 'rejected', secret_hash = null, decided_at = ${new Date(at)}, reason = ${RESTORED},
      decided_by = coalesce((select id from authority.officer where id::text = ${by}), proposed_by)
    where id::text = ${id} and state = 'proposed'`.execute(tx);
}

const RESTORED = 'khôi phục từ bản sao lưu: đề nghị lại nếu cần · restored from a backup: propose it again if needed';
