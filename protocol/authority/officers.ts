import { z } from 'zod';
import { Base64, Day, Id, Instant } from '../basics.ts';
import { route } from '../route.ts';
import { BoundCertificate, NewPassword, OfficerRole } from './session.ts';

/** One role of an officer, dated; open-ended without `to`, which is the first day it is no longer held. */
export const OfficerRoleTerm = z.object({ role: OfficerRole, from: Day, to: Day.optional() });

export const Officer = z.object({
  id: Id,
  signInName: z.string(),
  fullName: z.string(),
  /** False: signs in no more. Nobody is ever removed: acts keep their names. */
  active: z.boolean(),
  /** False: a restore believed the one of the backup no more; nobody signs in until two others have given a new one. */
  hasPassword: z.boolean(),
  terms: z.array(OfficerRoleTerm),
  rolesToday: z.array(OfficerRole),
  certificate: BoundCertificate.optional(),
});
export type Officer = z.infer<typeof Officer>;

const SignInName = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,59}$/);

const LimitName = z.string().regex(/^[a-z][a-z0-9-]{1,60}$/);

/** A change of who may do what, or by which limits. Proposed by one officer of operation, done when a second one confirms it. */
export const OfficerChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('create'),
    signInName: SignInName,
    fullName: z.string().trim().min(1).max(100),
    roles: z.array(OfficerRole).max(6),
    from: Day,
    /** Of the first sign-in; must be changed then. Its hash is kept, never itself. */
    firstPassword: NewPassword,
  }),
  z.object({ kind: z.literal('grant'), officerId: Id, role: OfficerRole, from: Day, to: Day.optional() }),
  z.object({ kind: z.literal('end'), officerId: Id, role: OfficerRole, to: Day }),
  z.object({ kind: z.literal('disable'), officerId: Id }),
  z.object({ kind: z.literal('enable'), officerId: Id }),
  z.object({ kind: z.literal('reset-password'), officerId: Id, firstPassword: NewPassword }),
  z.object({ kind: z.literal('bind-certificate'), officerId: Id, certificate: Base64 }),
  /** An agency that may send requests: its name, its certificate, how it is let in. */
  z.object({
    kind: z.literal('sender'),
    code: z.string().trim().min(1).max(35),
    name: z.string().trim().min(1).max(200),
    /** DER of the organisation's certificate that signs its requests. */
    certificate: Base64.optional(),
    /** SHA-256 of the API token, made by the console; the token itself is shown once and never sent here. */
    tokenSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    /** Practice only: the token alone is enough, without a signature on the request. */
    tokenIsEnough: z.boolean().default(false),
    /** Its token brings and fetches for registered agencies whose codes stand under this one. */
    tokenForUnder: z.boolean().default(false),
    active: z.boolean().default(true),
  }),
  /** A limit of the law, from a day that has not begun: what was decided under an older one stays right. */
  z.object({
    kind: z.literal('limit'),
    name: LimitName,
    from: Day,
    value: z.number().int(),
    source: z.string().trim().min(3).max(300),
  }),
  /** Takes back a value that does not hold yet. */
  z.object({ kind: z.literal('limit-withdrawn'), name: LimitName, from: Day }),
]);
export type OfficerChange = z.infer<typeof OfficerChange>;

export const ProposedChange = z.object({
  id: Id,
  state: z.enum(['proposed', 'confirmed', 'rejected']),
  /** Without passwords. */
  change: z.record(z.string(), z.unknown()),
  /** The officer it is about. */
  about: z.object({ id: Id, fullName: z.string(), signInName: z.string() }).optional(),
  proposedBy: z.object({ id: Id, fullName: z.string() }),
  proposedAt: Instant,
  decidedBy: z.object({ id: Id, fullName: z.string() }).optional(),
  decidedAt: Instant.optional(),
  reason: z.string().optional(),
});
export type ProposedChange = z.infer<typeof ProposedChange>;

export const Sender = z.object({
  code: z.string(),
  name: z.string(),
  active: z.boolean(),
  tokenIsEnough: z.boolean(),
  hasToken: z.boolean(),
  tokenForUnder: z.boolean().default(false),
  certificate: BoundCertificate.optional(),
});

const params = z.object({ id: Id });

/** Keyset paging: `next` of one page is `after` of the following one. */
const paged = { after: z.string().max(1000).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
const found = {
  /** Folded search in names and codes. */
  q: z.string().max(200).optional(),
  state: z.enum(['active', 'disabled']).optional(),
};
const next = z.string().optional();

export const officerRoutes = {
  list: route({
    method: 'GET',
    path: '/authority/api/officers',
    summary: 'Officers with their dated roles, by name (operation, audit)',
    caller: 'officer',
    query: z.object({ ...found, ...paged }),
    answer: z.object({
      officers: z.array(Officer),
      /** Roles that one person must not hold at the same time. */
      incompatible: z.array(z.tuple([OfficerRole, OfficerRole])),
      next,
    }),
  }),
  senders: route({
    method: 'GET',
    path: '/authority/api/senders',
    summary: 'Agencies that may send requests, by name (registration, operation, audit)',
    caller: 'officer',
    query: z.object({ ...found, ...paged }),
    answer: z.object({ senders: z.array(Sender), next }),
  }),
  changes: route({
    method: 'GET',
    path: '/authority/api/officer-changes',
    summary: 'Changes of officers, senders and limits, newest first (operation, audit)',
    caller: 'officer',
    query: z.object({ state: z.enum(['proposed', 'confirmed', 'rejected']).optional(), ...paged }),
    answer: z.object({ changes: z.array(ProposedChange), next }),
  }),
  propose: route({
    method: 'POST',
    path: '/authority/api/officer-changes',
    summary: 'Propose a change (operation)',
    caller: 'officer',
    body: OfficerChange,
    answer: ProposedChange,
  }),
  confirm: route({
    method: 'POST',
    path: '/authority/api/officer-changes/:id/confirm',
    summary: 'Confirm what another officer proposed; it takes effect (operation)',
    caller: 'officer',
    params,
    answer: ProposedChange,
  }),
  reject: route({
    method: 'POST',
    path: '/authority/api/officer-changes/:id/reject',
    summary: 'Reject a proposed change, one’s own too (operation)',
    caller: 'officer',
    params,
    body: z.object({ reason: z.string().trim().min(1).max(500) }),
    answer: ProposedChange,
  }),
};
