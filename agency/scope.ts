import { sql } from 'kysely';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Db } from '@antin/adapters/db/transaction';
import type { Caller } from './session/caller.ts';

/** An agency and everything under it, closed ones too: what was theirs is still answered for by the level above. */
export async function subtreeOf(db: Db, agencyId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive below (id) as (
      select ${agencyId}::uuid union select a.id from below join agency.agency a on a.parent_id = below.id
    ) select id from below`.execute(db);
  return rows.map((row) => row.id);
}

/** Whether one agency stands at or under another. Walks up, so it costs the number of levels. */
export async function isUnder(db: Db, agencyId: string, above: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    with recursive up (id, parent_id) as (
      select id, parent_id from agency.agency where id = ${agencyId}
      union select a.id, a.parent_id from up join agency.agency a on a.id = up.parent_id
    ) select exists (select 1 from up where id = ${above}) as found`.execute(db);
  return rows[0]?.found === true;
}

/** @throws {Refusal} `role.certificate-officer-needed` */
export function requireOfficer(caller: Caller): void {
  if (!caller.position.roles.includes('certificate-officer')) throw new Refusal('role.certificate-officer-needed');
}
