import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { receiverOf } from './rules.ts';
import { agenciesById, type AgencyRecord } from './store.ts';

/** Those agencies and everything their successions lead to. */
export async function withSuccessors(db: Db, ids: readonly string[]): Promise<Map<string, AgencyRecord>> {
  const known = new Map<string, AgencyRecord>();
  let wanted = [...new Set(ids)];
  while (wanted.length > 0) {
    const found = await agenciesById(db, wanted);
    for (const agency of found) known.set(agency.id, agency);
    wanted = [...new Set(found.flatMap((agency) => agency.successors.map((one) => one.id)))].filter((id) => !known.has(id));
  }
  return known;
}

/** Addressees that do not exist, or for which nobody would receive on that day. */
export async function addresseesWithoutReceiver(db: Db, ids: readonly string[], day: string): Promise<string[]> {
  const directory = await withSuccessors(db, ids);
  return ids.filter((id) => receiverOf(directory, id, day) === undefined);
}

/**
 * The agency and every closed one whose successor it is, through as many reforms as there were: records belong to the
 * office, so who took over its work reads its documents and books.
 *
 * @returns ids, the agency's own first
 */
export async function withPredecessors(db: Db, agencyId: string, day: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive line (id) as (
      select ${agencyId}::uuid
      union
      select a.id from line join agency.agency_successor s on s.successor_id = line.id
        join agency.agency a on a.id = s.agency_id where a.valid_to <= ${day}::date
    ) select id from line`.execute(db);
  return [agencyId, ...rows.map((row) => row.id).filter((id) => id !== agencyId)];
}
