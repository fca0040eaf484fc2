import { randomInt, randomUUID } from 'node:crypto';
import { officeDay } from '@antin/adapters/clock/days';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { CitizenNumbers } from './citizen-number.ts';
import type { Caller } from '../session/caller.ts';
import { noteChange, type Maker } from './changes.ts';
import {
  citizenTaken,
  insertPerson,
  keptPerson,
  openPathsOfPerson,
  pathsOfPerson,
  setPassword,
  signInNameTaken,
  updatePerson,
  type NewPost,
  type PersonFields,
} from './people-store.ts';
import { addPost } from './posts.ts';
import type { Reach } from './reach.ts';

/**
 * A new person with their first position.
 *
 * @throws {Refusal} `directory.sign-in-name-taken`, `directory.citizen-number-taken`, and of `addPost`
 */
export async function addPerson(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  numbers: CitizenNumbers,
  asked: PersonFields & { signInName: string; citizenNumber: string | null; position: Omit<NewPost, 'id' | 'personId'> },
): Promise<{ id: string; positionId: string }> {
  if (await signInNameTaken(tx, asked.signInName)) throw new Refusal('directory.sign-in-name-taken');
  const citizen = asked.citizenNumber === null ? null : numbers.seal(asked.citizenNumber);
  if (citizen !== null && (await citizenTaken(tx, citizen.hash))) throw new Refusal('directory.citizen-number-taken');
  const id = randomUUID();
  await insertPerson(tx, { ...asked, id, citizen, at: maker.at });
  await noteChange(tx, maker, {
    ...{ kind: 'person-added', subject: 'person', subjectId: id, agencyId: asked.position.agencyId },
    ...{ effectiveFrom: officeDay(maker.at), after: { fullName: asked.fullName, signInName: asked.signInName } },
  });
  const { id: positionId } = await addPost(tx, maker, reach, { ...asked.position, personId: id });
  return { id, positionId };
}

/**
 * What is known of a person beside their positions. Numbers, addresses and days stand in no journal: only which were changed.
 *
 * @throws {Refusal} `directory.person-unknown`, `directory.not-yours`, `directory.citizen-number-taken`, `directory.nothing-changed`
 */
export async function changePerson(
  tx: Tx,
  maker: Maker,
  reach: Reach | undefined,
  numbers: CitizenNumbers,
  id: string,
  set: { [K in keyof PersonFields]?: PersonFields[K] | undefined } & { citizenNumber?: string | null | undefined },
): Promise<void> {
  const day = officeDay(maker.at);
  const person = await keptPerson(tx, id, day);
  if (person === undefined) throw new Refusal('directory.person-unknown');
  if (reach !== undefined && !(await mayChange(tx, reach, id, day))) throw new Refusal('directory.not-yours');
  const { citizenNumber, ...fields } = set;
  const changed = (Object.entries(fields) as [keyof PersonFields, string | null | undefined][])
    .filter(([key, value]) => value !== undefined && value !== person[key])
    .map(([key]) => key as string);
  const now = person.citizenSealed === null ? null : numbers.open(person.citizenSealed);
  if (citizenNumber !== undefined && citizenNumber !== now) changed.push('citizenNumber');
  if (changed.length === 0) throw new Refusal('directory.nothing-changed');
  const citizen = citizenNumber === undefined ? undefined : citizenNumber === null ? null : numbers.seal(citizenNumber);
  if (citizen !== undefined && citizen !== null && (await citizenTaken(tx, citizen.hash, id)))
    throw new Refusal('directory.citizen-number-taken');
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  await updatePerson(tx, id, { ...given, ...(citizen === undefined ? {} : { citizen }) });
  await noteChange(tx, maker, {
    ...{ kind: 'person-changed', subject: 'person', subjectId: id, agencyId: person.positions[0]?.agencyId ?? null },
    ...{ effectiveFrom: day, after: { changed }, credentials: 'kept' },
    ...(changed.includes('fullName') ? { before: { fullName: person.fullName } } : {}),
  });
}

/**
 * Whether somebody's data are in reach: all positions they hold are. One position would not do: who gives the chairman of the
 * province a post in their commune must not become the keeper of his account by it.
 */
export async function mayChange(db: Db, reach: Reach, personId: string, day: string): Promise<boolean> {
  const open = await openPathsOfPerson(db, personId, day);
  if (open.length === 0) return keeps(db, reach, personId);
  return open.every((path) => path.startsWith(reach.agency.path));
}

/**
 * A first or a new password, shown once to who hands it over. It is drawn here, so that nobody chooses one for another.
 *
 * @throws {Refusal} `directory.person-unknown`, `directory.not-yours`, `directory.own-password`
 */
export async function renewPassword(
  tx: Tx,
  maker: Maker & { readonly caller: Caller },
  reach: Reach,
  id: string,
  hash: (password: string) => Promise<string>,
): Promise<{ signInName: string; password: string }> {
  const day = officeDay(maker.at);
  const person = await keptPerson(tx, id, day);
  if (person === undefined) throw new Refusal('directory.person-unknown');
  if (maker.caller.personId === id) throw new Refusal('directory.own-password');
  if (!(await mayChange(tx, reach, id, day))) throw new Refusal('directory.not-yours');
  const password = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  await setPassword(tx, id, await hash(password));
  await noteChange(tx, maker, {
    ...{ kind: 'person-changed', subject: 'person', subjectId: id, agencyId: person.positions[0]?.agencyId ?? null },
    ...{ effectiveFrom: day, after: { changed: ['password'] }, credentials: 'changed' },
  });
  return { signInName: person.signInName, password };
}

/** Without those that look like another when they are read out or written down; 16 of them are 79 bits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Whether a person is or was of an agency in reach. */
export async function keeps(db: Db, reach: Reach, personId: string): Promise<boolean> {
  return (await pathsOfPerson(db, personId)).some((path) => path.startsWith(reach.agency.path));
}

/** Everything that Form 01 of Decree 68/2024 asks about a person; `citizenNumber` in full, for the request only. */
export async function personForRequest(db: Db, numbers: CitizenNumbers, id: string, day: string) {
  const person = await keptPerson(db, id, day);
  if (person === undefined) return undefined;
  const { fullName, mail, phone, birthDay, citizenSealed } = person;
  return { fullName, mail, phone, birthDay, citizenNumber: citizenSealed === null ? null : numbers.open(citizenSealed) };
}
