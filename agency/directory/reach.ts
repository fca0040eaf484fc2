import { Refusal } from '@antin/adapters/http/refusal';
import type { Db } from '@antin/adapters/db/transaction';
import type { Caller } from '../session/caller.ts';
import { placedAgency, type PlacedAgency } from './agency-store.ts';

/** How far the upkeep of an administrator reaches: their agency and all below it, never above. */
export interface Reach {
  readonly agency: PlacedAgency;
}

/** @throws {Refusal} `role.administrator-needed` */
export async function reachOf(db: Db, caller: Caller): Promise<Reach> {
  if (!caller.position.roles.includes('administrator')) throw new Refusal('role.administrator-needed');
  const agency = await placedAgency(db, caller.position.agencyId);
  if (agency === undefined) throw new Refusal('directory.agency-unknown');
  return { agency };
}

/** People are shown to who keeps them and to who answers for their certificates. */
export async function readingReachOf(db: Db, caller: Caller): Promise<Reach> {
  if (!caller.position.roles.some((role) => role === 'administrator' || role === 'certificate-officer'))
    throw new Refusal('role.administrator-needed');
  const agency = await placedAgency(db, caller.position.agencyId);
  if (agency === undefined) throw new Refusal('directory.agency-unknown');
  return { agency };
}

export interface Placed {
  readonly id: string;
  readonly path: string;
  readonly parentId: string | null;
}

export function reaches(reach: Reach, agency: Placed): boolean {
  return agency.path.startsWith(reach.agency.path);
}

/** What an agency is called, where it stands and whether it is, only those above it decide; at the very top it is itself. */
export function decides(reach: Reach, agency: Placed): boolean {
  return reaches(reach, agency) && (agency.id !== reach.agency.id || agency.parentId === null);
}

/** @throws {Refusal} `directory.agency-unknown`, `directory.not-yours` */
export async function agencyInReach(db: Db, reach: Reach, id: string, lock = false): Promise<PlacedAgency> {
  const agency = await placedAgency(db, id, lock);
  if (agency === undefined) throw new Refusal('directory.agency-unknown');
  if (!reaches(reach, agency)) throw new Refusal('directory.not-yours');
  return agency;
}
