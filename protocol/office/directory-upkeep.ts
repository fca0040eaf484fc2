import { z } from 'zod';
import { Day, Id, Instant } from '../basics.ts';
import { CitizenNumber, OfficialMail, Phone } from '../certificates/subject.ts';
import { route } from '../route.ts';
import { Role } from './session.ts';

/** One line, trimmed, NFC, at most `most` characters; nothing that turns or hides text. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)
    .transform((text) => text.normalize('NFC'));

/** The decision that something rests on. */
export const Grounds = z.object({ number: line(60), date: Day });
export type Grounds = z.infer<typeof Grounds>;

export const CodeForm = z.enum(['decision-20', 'qcvn-102', 'other']);
export const Capacity = z.enum(['', 'TM.', 'Q.', 'KT.', 'TL.', 'TUQ.']);
export type Capacity = z.infer<typeof Capacity>;

/** Pages by key: `cursor` of the answer's `next`; null at the end. */
const Keyed = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const keyedPage = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

export const AgencyLine = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  shortName: z.string(),
  level: z.number().int(),
  levelName: z.string(),
  parentId: Id.nullable(),
  validFrom: Day,
  /** First day on which it exists no more. */
  validTo: Day.nullable(),
  hasChildren: z.boolean(),
  /** Something is to change on a later day. */
  pending: z.boolean(),
  /** Names from the top to its parent; given by searches, where the tree does not show it. */
  above: z.array(z.string()).optional(),
});
export type AgencyLine = z.infer<typeof AgencyLine>;

/** What an agency is from a day on. */
export const AgencyVersion = z.object({
  validFrom: Day,
  code: z.string(),
  name: z.string(),
  shortName: z.string(),
  level: z.number().int(),
  levelName: z.string(),
  parentId: Id.nullable(),
  parentName: z.string().nullable(),
  place: z.string(),
  notation: z.string(),
});
export type AgencyVersion = z.infer<typeof AgencyVersion>;

export const CodeAlias = z.object({ code: z.string(), form: CodeForm, validFrom: Day, validTo: Day.nullable() });

/** What I may do with an agency: its own administrator keeps place, notation, people; those above change the rest. */
export const AgencyActs = z.object({ edit: z.boolean(), change: z.boolean(), addChild: z.boolean(), close: z.boolean() });

export const ChangeLine = z.object({
  id: Id,
  kind: z.string(),
  subject: z.enum(['agency', 'person', 'position', 'authority']),
  subjectId: Id,
  subjectName: z.string(),
  effectiveFrom: Day,
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  grounds: Grounds.nullable(),
  madeAt: Instant,
  madeBy: z.string(),
  undoneAt: Instant.nullable(),
  undoneBy: z.string().nullable(),
  /** Not in effect yet and nothing later rests on it. */
  mayUndo: z.boolean(),
  reorganisationId: Id.nullable(),
  importId: Id.nullable(),
});
export type ChangeLine = z.infer<typeof ChangeLine>;

export const AgencyDetail = AgencyLine.extend({
  place: z.string(),
  notation: z.string(),
  path: z.array(z.object({ id: Id, name: z.string() })),
  versions: z.array(AgencyVersion),
  aliases: z.array(CodeAlias),
  /** Other writings of today's code, by conversion; none where only a stored alias can know. */
  convertedCodes: z.array(z.string()),
  predecessors: z.array(z.object({ id: Id, name: z.string() })),
  successors: z.array(z.object({ id: Id, name: z.string() })),
  /** Beyond 10,000 they say 10,000. */
  counts: z.object({
    children: z.number().int(),
    descendants: z.number().int(),
    people: z.number().int(),
    certificates: z.number().int(),
  }),
  acts: AgencyActs,
});
export type AgencyDetail = z.infer<typeof AgencyDetail>;

export const AuthorityLine = z.object({
  id: Id,
  positionId: Id,
  capacity: Capacity,
  onBehalfOf: z.string().nullable(),
  /** Codes of document types; null: all. */
  typeCodes: z.array(z.string()).nullable(),
  scope: z.string().nullable(),
  delegatedBy: z.object({ positionId: Id, fullName: z.string(), title: z.string() }).nullable(),
  grounds: Grounds,
  validFrom: Day,
  validTo: Day.nullable(),
});
export type AuthorityLine = z.infer<typeof AuthorityLine>;

export const PositionLine = z.object({
  id: Id,
  personId: Id,
  fullName: z.string(),
  agencyId: Id,
  agencyName: z.string(),
  title: z.string(),
  unit: z.string().nullable(),
  capacity: Capacity,
  roles: z.array(Role),
  validFrom: Day,
  validTo: Day.nullable(),
  grounds: Grounds.nullable(),
  endGrounds: Grounds.nullable(),
});
export type PositionLine = z.infer<typeof PositionLine>;

export const PersonLine = z.object({
  id: Id,
  fullName: z.string(),
  signInName: z.string(),
  mail: z.string().nullable(),
  phone: z.string().nullable(),
  /** The last four digits; the number itself is never shown. */
  citizenLast4: z.string().nullable(),
  /** Held today. */
  positions: z.array(z.object({ id: Id, agencyId: Id, agencyName: z.string(), title: z.string(), unit: z.string().nullable() })),
});
export type PersonLine = z.infer<typeof PersonLine>;

export const PersonDetail = PersonLine.omit({ positions: true }).extend({
  birthDay: Day.nullable(),
  canSignIn: z.boolean(),
  /** Past, present and to come, latest first. */
  positions: z.array(PositionLine.extend({ authorities: z.array(AuthorityLine) })),
  certificates: z.array(
    z.object({ sha256: z.string(), subject: z.string(), serialHex: z.string(), notBefore: Instant, notAfter: Instant }),
  ),
  /** What a request for a certificate would still need (Form 01): names of fields. */
  missing: z.array(z.enum(['citizenNumber', 'mail', 'phone'])),
  mayEdit: z.boolean(),
});
export type PersonDetail = z.infer<typeof PersonDetail>;

const code = z.string().trim().toUpperCase().min(1).max(35);
const level = z.number().int().min(1).max(9);
const dated = { effectiveFrom: Day, grounds: Grounds.optional() };
const byId = z.object({ id: Id });

const PersonFields = {
  fullName: line(64),
  mail: OfficialMail.nullable(),
  phone: Phone.nullable(),
  birthDay: Day.nullable(),
  citizenNumber: CitizenNumber.nullable(),
};
const PositionFields = {
  agencyId: Id,
  title: line(64),
  unit: line(64).nullable(),
  capacity: Capacity.default(''),
  roles: z.array(Role).max(5),
  validFrom: Day,
  validTo: Day.nullable().default(null),
  grounds: Grounds.optional(),
};

export const directoryUpkeepRoutes = {
  agencies: route({
    method: 'GET',
    path: '/api/directory/agencies',
    summary: 'Agencies: children of one (`parentId`, `root` for the top), or found by words and code (`q`), page by page',
    caller: 'person',
    query: Keyed.extend({
      parentId: z.union([Id, z.literal('root')]).optional(),
      q: z.string().max(200).optional(),
      /** With `q`: only below this agency. */
      under: Id.optional(),
      /** As it was or will be on that day; today when left out. */
      day: Day.optional(),
      includeClosed: flag.optional(),
    }),
    answer: keyedPage(AgencyLine),
  }),
  agency: route({
    method: 'GET',
    path: '/api/directory/agencies/:id',
    summary: 'An agency with its versions, codes, line of succession and what I may do',
    caller: 'person',
    params: byId,
    answer: AgencyDetail,
  }),
  createAgency: route({
    method: 'POST',
    path: '/api/directory/agencies',
    summary: 'Open an agency below one of mine',
    caller: 'person',
    body: z.object({
      parentId: Id.nullable(),
      code,
      name: line(200),
      shortName: line(60),
      level: level.optional(),
      levelName: line(60),
      place: line(64),
      notation: line(30),
      aliases: z.array(code).max(5).default([]),
      ...dated,
    }),
    answer: z.object({ id: Id, changeId: Id }),
  }),
  changeAgency: route({
    method: 'POST',
    path: '/api/directory/agencies/:id/changes',
    summary: 'Change what an agency is from a day on; older documents keep what it was',
    caller: 'person',
    params: byId,
    body: z.object({
      set: z
        .object({
          code: code.optional(),
          name: line(200).optional(),
          shortName: line(60).optional(),
          level: level.optional(),
          levelName: line(60).optional(),
          parentId: Id.optional(),
          place: line(64).optional(),
          notation: line(30).optional(),
        })
        .refine((set) => Object.values(set).some((value) => value !== undefined), { message: 'directory.nothing-changed' }),
      ...dated,
    }),
    answer: z.object({ changeId: Id }),
  }),
  closeAgency: route({
    method: 'POST',
    path: '/api/directory/agencies/:id/closing',
    summary: 'The first day on which an agency exists no more, and who takes over',
    caller: 'person',
    params: byId,
    body: z.object({ successorIds: z.array(Id).max(20).default([]), ...dated }),
    answer: z.object({ changeId: Id }),
  }),
  addAlias: route({
    method: 'POST',
    path: '/api/directory/agencies/:id/aliases',
    summary: 'Another code under which an agency is known, for a time',
    caller: 'person',
    params: byId,
    body: z.object({ code, validFrom: Day, validTo: Day.nullable().default(null) }),
    answer: CodeAlias,
  }),
  code: route({
    method: 'GET',
    path: '/api/directory/codes/:code',
    summary: 'What a code is: its form, its other writings, whose it is on a day',
    caller: 'person',
    params: z.object({ code: z.string().max(60) }),
    query: z.object({ day: Day.optional() }),
    answer: z.object({
      code: z.string(),
      form: CodeForm.nullable(),
      decision20: z.string().nullable(),
      qcvn102: z.string().nullable(),
      agency: z.object({ id: Id, name: z.string() }).nullable(),
    }),
  }),
  changes: route({
    method: 'GET',
    path: '/api/directory/changes',
    summary: 'What was changed, latest first; `pending`: what is still to come',
    caller: 'person',
    query: Keyed.extend({ agencyId: Id.optional(), subjectId: Id.optional(), pending: flag.optional() }),
    answer: keyedPage(ChangeLine),
  }),
  undoChange: route({
    method: 'POST',
    path: '/api/directory/changes/:id/undo',
    summary: 'Take a change back before it takes effect',
    caller: 'person',
    params: byId,
    answer: z.object({}),
  }),
  people: route({
    method: 'GET',
    path: '/api/directory/people',
    summary: 'People of an agency (with `under`: and of all below it), found by words of their name',
    caller: 'person',
    query: Keyed.extend({ q: z.string().max(200).optional(), agencyId: Id.optional(), under: flag.optional() }),
    answer: keyedPage(PersonLine),
  }),
  personByCitizenNumber: route({
    method: 'POST',
    path: '/api/directory/people/by-citizen-number',
    summary: 'The person with exactly this number (a body, so that it stands in no address)',
    caller: 'person',
    body: z.object({ citizenNumber: CitizenNumber }),
    answer: z.object({ person: PersonLine.nullable() }),
  }),
  person: route({
    method: 'GET',
    path: '/api/directory/people/:id',
    summary: 'A person with positions, authority and certificates',
    caller: 'person',
    params: byId,
    answer: PersonDetail,
  }),
  createPerson: route({
    method: 'POST',
    path: '/api/directory/people',
    summary: 'A new person with their first position',
    caller: 'person',
    body: z.object({
      ...PersonFields,
      mail: PersonFields.mail.default(null),
      phone: PersonFields.phone.default(null),
      birthDay: PersonFields.birthDay.default(null),
      citizenNumber: PersonFields.citizenNumber.default(null),
      signInName: z
        .string()
        .trim()
        .toLowerCase()
        .regex(/^[a-z0-9][a-z0-9._-]{1,62}$/),
      position: z.object(PositionFields),
    }),
    answer: z.object({ id: Id, positionId: Id }),
  }),
  changePerson: route({
    method: 'PATCH',
    path: '/api/directory/people/:id',
    summary: 'Name, mail, phone, birthday or number of a person',
    caller: 'person',
    params: byId,
    body: z.object({
      fullName: PersonFields.fullName.optional(),
      mail: PersonFields.mail.optional(),
      phone: PersonFields.phone.optional(),
      birthDay: PersonFields.birthDay.optional(),
      citizenNumber: PersonFields.citizenNumber.optional(),
    }),
    answer: z.object({}),
  }),
  renewPassword: route({
    method: 'POST',
    path: '/api/directory/people/:id/password',
    summary: 'A first or a new password, drawn here and shown once; who is signed in with the old one is signed out',
    caller: 'person',
    params: byId,
    answer: z.object({ signInName: z.string(), password: z.string() }),
  }),
  addPosition: route({
    method: 'POST',
    path: '/api/directory/people/:id/positions',
    summary: 'A further position, from a day on',
    caller: 'person',
    params: byId,
    body: z.object(PositionFields),
    answer: z.object({ id: Id, changeId: Id }),
  }),
  endPosition: route({
    method: 'POST',
    path: '/api/directory/positions/:id/ending',
    summary: 'The first day on which a position is held no more',
    caller: 'person',
    params: byId,
    body: z.object({ validTo: Day, grounds: Grounds.optional() }),
    answer: z.object({ changeId: Id }),
  }),
  addAuthority: route({
    method: 'POST',
    path: '/api/directory/positions/:id/authorities',
    summary: 'Who may sign what, in which capacity, from when to when, and by which decision',
    caller: 'person',
    params: byId,
    body: z.object({
      capacity: Capacity,
      onBehalfOf: line(120).nullable().default(null),
      typeCodes: z.array(z.string().min(1).max(10)).min(1).max(40).nullable().default(null),
      scope: line(300).nullable().default(null),
      delegatedBy: Id.nullable().default(null),
      grounds: Grounds,
      validFrom: Day,
      validTo: Day.nullable().default(null),
    }),
    answer: z.object({ id: Id, changeId: Id }),
  }),
  endAuthority: route({
    method: 'POST',
    path: '/api/directory/authorities/:id/ending',
    summary: 'The first day on which an authority ends',
    caller: 'person',
    params: byId,
    body: z.object({ validTo: Day, grounds: Grounds.optional() }),
    answer: z.object({ changeId: Id }),
  }),
};
