import type { Db } from '../transaction.ts';
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
