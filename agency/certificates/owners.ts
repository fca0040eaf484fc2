import { officeDay } from '@antin/adapters/clock/days';
import { fold } from '@antin/adapters/db/folding';
import type { Db } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { commonName } from '@antin/pki/x509/name';
import type { z } from 'zod';
import type { OwnerCandidate } from '@antin/protocol/office/certificate-import';
import { namesAbove, placedAgency, searchAgencies, wordsQuery } from '../directory/agency-store.ts';
import { searchPeople } from '../directory/people-store.ts';
import { agencyById, personById } from '../directory/store.ts';
import { historyOf } from '../journal/journal.ts';
import type { Caller } from '../session/caller.ts';
import type { CertificateDeps } from './deps.ts';
import { holdingDer, type HoldingRecord } from './store.ts';

type Candidate = z.input<typeof OwnerCandidate>;

/** More of one name than this are told apart by searching, not by reading on. */
const MOST = 20;

/** Taken in, and nobody said yet whose it is. */
export const ownerUnknown = (holding: Pick<HoldingRecord, 'state' | 'itemId' | 'personId' | 'sha256'>): boolean =>
  holding.state === 'issued' && holding.itemId === null && holding.personId === null && holding.sha256 !== null;

/**
 * Said to be somebody's by a person after it was taken in; nothing has been done with it since that would rest on whose it is.
 * What the directory's own binding says stays as it is: a seal in use is not given to another one here.
 */
export const ownerChangeable = (
  holding: Pick<HoldingRecord, 'state' | 'itemId' | 'replacesId' | 'deviceId' | 'pending' | 'sha256'>,
): boolean =>
  holding.state === 'active' &&
  [holding.itemId, holding.replacesId, holding.deviceId, holding.pending].every((one) => one === null) &&
  holding.sha256 !== null;

export async function ownerWasSaid(db: Db, holdingId: string): Promise<boolean> {
  return (await historyOf(db, { documentId: holdingId })).some((entry) => entry.event === 'CertificateAssigned');
}

export type Owner = { readonly personId: string } | { readonly agencyId: string };

export const ownerOf = ({ personId, agencyId }: Pick<HoldingRecord, 'personId' | 'agencyId'>): Owner =>
  personId === null ? { agencyId } : { personId };

export const ownerName = async (db: Db, owner: Owner): Promise<string | undefined> =>
  'personId' in owner ? (await personById(db, owner.personId))?.fullName : (await agencyById(db, owner.agencyId))?.name;

/**
 * People and agencies of the caller's reach that bear the very name of a certificate. A name alone proves nothing: there may be
 * several, none, or the wrong one, so a person chooses and nothing is chosen by itself.
 */
export async function ownersOf(
  deps: CertificateDeps,
  db: Db,
  caller: Caller,
  holding: HoldingRecord,
): Promise<{ name: string; candidates: Candidate[] }> {
  const der = await holdingDer(db, holding.id);
  const name = (der === undefined ? undefined : commonName(parseCertificate(der).subject)) ?? holding.name;
  const words = wordsQuery(name);
  const own = await placedAgency(db, caller.position.agencyId);
  if (words === undefined || own === undefined) return { name, candidates: [] };
  const search = { words, day: officeDay(deps.clock()), underPath: own.path, limit: MOST };
  const same = (other: string): boolean => fold(other) === fold(name);
  const people = (await searchPeople(db, search)).filter((person) => same(person.fullName));
  const agencies = (await searchAgencies(db, { ...search, includeClosed: false })).filter((agency) => same(agency.name));
  const above = await namesAbove(
    db,
    agencies.map((agency) => agency.id),
  );
  return {
    name,
    candidates: [
      ...people.map(({ id, fullName, signInName, positions }) => ({
        ...{ personId: id, name: fullName },
        detail: [positions.map((held) => `${held.title}, ${held.agencyName}`).join('; '), signInName].filter(Boolean).join(' · '),
      })),
      ...agencies.map(({ id, name: called, code }) => ({
        ...{ agencyId: id, name: called },
        detail: [code, above.get(id)?.at(-1)?.name].filter(Boolean).join(' · '),
      })),
    ],
  };
}
