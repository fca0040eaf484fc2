import type { Db } from '@antin/adapters/db/transaction';
import type { z } from 'zod';
import type {
  AgencyDetail,
  AgencyLine,
  AuthorityLine,
  ChangeLine,
  PersonDetail,
  PersonLine,
  PositionLine,
} from '@antin/protocol/office/directory-upkeep';
import {
  aliasesOf,
  countsOf,
  linesOf,
  namesAbove,
  placedAgency,
  searchAgencies,
  versionsOf,
  type FoundAgency,
} from './agency-store.ts';
import { mayUndo, type ChangeRecord } from './changes.ts';
import { otherWritings } from './codes.ts';
import {
  authoritiesOf,
  certificatesOfPerson,
  keptPerson,
  postsOfPerson,
  type AuthorityRecord,
  type FoundPerson,
  type PostRecord,
} from './people-store.ts';
import { decides, reaches, type Reach } from './reach.ts';

export function agencyLine(found: FoundAgency, above?: readonly string[]): z.input<typeof AgencyLine> {
  const { sortKey: _, path: __, ...line } = found;
  return { ...line, ...(above === undefined ? {} : { above: [...above] }) };
}

/** @param reach of the caller when an administrator */
export async function agencyDetail(
  db: Db,
  id: string,
  day: string,
  reach: Reach | undefined,
): Promise<z.input<typeof AgencyDetail> | undefined> {
  const placed = await placedAgency(db, id);
  if (placed === undefined) return undefined;
  const [[line], versions, aliases, lines, above, counts] = await Promise.all([
    searchAgencies(db, { underPath: placed.path, day, includeClosed: true, limit: 1 }),
    versionsOf(db, id),
    aliasesOf(db, id),
    linesOf(db, id),
    namesAbove(db, [id]),
    countsOf(db, placed, day),
  ]);
  const now = versions.findLast((version) => version.validFrom <= day) ?? versions[0]!;
  const known = new Set(aliases.map((alias) => alias.code));
  const mine = reach !== undefined && reaches(reach, placed);
  const above_ = mine && decides(reach, placed);
  const over = placed.validTo !== null && placed.validTo <= day;
  return {
    ...agencyLine(line!),
    ...{ place: now.place, notation: now.notation, path: above.get(id) ?? [], versions, aliases, ...lines, counts },
    convertedCodes: otherWritings(placed.code).filter((code) => !known.has(code)),
    // Of an agency that is over nothing is changed any more.
    acts: { edit: mine && !over, change: above_ && !over, addChild: mine && !over, close: above_ && placed.validTo === null },
  };
}

const groundsOf = (number: string | null, date: string | null) => (number === null || date === null ? null : { number, date });

export function changeLine(change: ChangeRecord, day: string): z.input<typeof ChangeLine> {
  const { sequence: _, agencyId: __, builtOn: ___, groundsNumber, groundsDate, subjectName, ...rest } = change;
  return {
    ...rest,
    subjectName: subjectName ?? '',
    grounds: groundsOf(groundsNumber, groundsDate),
    madeAt: instant(change.madeAt),
    undoneAt: change.undoneAt === null ? null : instant(change.undoneAt),
    mayUndo: mayUndo(change, day),
  };
}

const instant = (at: Date | string) => new Date(at).toISOString();

export function personLine(found: FoundPerson): z.input<typeof PersonLine> {
  const { id, fullName, signInName, mail, phone, citizenLast4, positions } = found;
  return { id, fullName, signInName, mail, phone, citizenLast4, positions: [...positions] };
}

export function postLine(post: PostRecord): z.input<typeof PositionLine> {
  const { groundsNumber, groundsDate, endGroundsNumber, endGroundsDate, ...rest } = post;
  return { ...rest, grounds: groundsOf(groundsNumber, groundsDate), endGrounds: groundsOf(endGroundsNumber, endGroundsDate) };
}

export function authorityLine(one: AuthorityRecord): z.input<typeof AuthorityLine> {
  const { delegatedBy, delegatorName, delegatorTitle, groundsNumber, groundsDate, ...rest } = one;
  return {
    ...rest,
    delegatedBy:
      delegatedBy === null ? null : { positionId: delegatedBy, fullName: delegatorName ?? '', title: delegatorTitle ?? '' },
    grounds: { number: groundsNumber, date: groundsDate },
  };
}

export async function personDetail(
  db: Db,
  id: string,
  day: string,
  mayEdit: boolean,
): Promise<z.input<typeof PersonDetail> | undefined> {
  const person = await keptPerson(db, id, day);
  if (person === undefined) return undefined;
  const posts = await postsOfPerson(db, id);
  const authorities = await authoritiesOf(
    db,
    posts.map((post) => post.id),
  );
  const certificates = await certificatesOfPerson(db, id);
  const { positions: _, ...line } = personLine(person);
  const missing = [
    ...(person.citizenLast4 === null ? ['citizenNumber' as const] : []),
    ...(person.mail === null ? ['mail' as const] : []),
    ...(person.phone === null ? ['phone' as const] : []),
  ];
  return {
    ...line,
    ...{ birthDay: person.birthDay, canSignIn: person.canSignIn, missing, mayEdit },
    positions: posts.map((post) => ({
      ...postLine(post),
      authorities: authorities.filter((one) => one.positionId === post.id).map(authorityLine),
    })),
    certificates: certificates.map((one) => ({ ...one, notBefore: instant(one.notBefore), notAfter: instant(one.notAfter) })),
  };
}
