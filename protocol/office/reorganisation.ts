import { z } from 'zod';
import { Day, Id, Instant } from '../basics.ts';
import { RevocationCause } from '../certificates/request.ts';
import { route } from '../route.ts';
import { Grounds } from './directory-upkeep.ts';

const line = (most: number) => z.string().trim().min(1).max(most);

/** An agency that a reorganisation opens. `key` names it inside the plan. */
export const OpenedAgency = z.object({
  key: z.string().regex(/^[a-z0-9-]{1,40}$/),
  parentId: Id.nullable(),
  code: z.string().trim().toUpperCase().min(1).max(35),
  name: line(200),
  shortName: line(60),
  /** Left out: one below its parent. */
  level: z.number().int().min(1).max(9).optional(),
  levelName: line(60),
  place: line(64),
  notation: line(30),
});

/** An agency of the directory by id, or one that the plan opens by `new:key`. */
const AgencyRef = z.union([Id, z.string().regex(/^new:[a-z0-9-]{1,40}$/)]);

/** Where somebody goes. Without `to`: the post ends (retired, resigned, …). */
export const PostMove = z.object({
  positionId: Id,
  to: z.object({ agency: AgencyRef, title: line(64), unit: line(64).nullable().default(null) }).optional(),
  cause: z.enum(['post-changed', 'retired', 'resigned', 'died']).default('post-changed'),
});

export const ReorganisationPlan = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dissolve'), agencyId: Id, successorIds: z.array(Id).min(1).max(20) }),
  z.object({
    kind: z.literal('merge'),
    agencyIds: z.array(Id).min(1).max(200),
    /** Into one that exists, or a new one. */
    into: z.union([z.object({ agencyId: Id }), z.object({ opens: OpenedAgency })]),
  }),
  z
    .object({
      kind: z.literal('split'),
      agencyId: Id,
      opens: z.array(OpenedAgency).min(1).max(20),
      keeps: z.boolean().default(false),
    })
    // One may leave an agency that stays; an agency that ends is parted in two at least.
    .refine((plan) => plan.keeps || plan.opens.length > 1, { path: ['opens'] }),
  z.object({
    kind: z.literal('rename'),
    agencyId: Id,
    name: line(200),
    shortName: line(60).optional(),
    code: z.string().trim().toUpperCase().min(1).max(35).optional(),
    notation: line(30).optional(),
  }),
  z.object({ kind: z.literal('change-posts') }),
]);
export type ReorganisationPlan = z.infer<typeof ReorganisationPlan>;

/** `draft` → `checked` (hash of what was seen) → `scheduled` → `effective`; `cancelled` until then. */
export const ReorganisationState = z.enum(['draft', 'checked', 'scheduled', 'effective', 'cancelled']);

const AffectedCertificate = z.object({
  sha256: z.string(),
  serialHex: z.string(),
  holder: z.string(),
  agencyName: z.string(),
  subject: z.string(),
  notAfter: Instant,
  cause: RevocationCause,
  /** Whether a new one is asked for in the same batch. */
  reissue: z.boolean(),
  /** What the request still lacks: names of fields, `issuer`. */
  missing: z.array(z.string()),
});

export const ReorganisationEffects = z.object({
  agencies: z.array(z.object({ id: z.string(), name: z.string(), act: z.enum(['closes', 'opens', 'renames', 'receives']) })),
  positions: z.array(
    z.object({
      positionId: Id,
      fullName: z.string(),
      title: z.string(),
      from: z.string(),
      to: z.string().nullable(),
      toTitle: z.string().nullable(),
    }),
  ),
  documents: z.array(z.object({ id: Id, subject: z.string(), state: z.string(), agencyName: z.string() })),
  /** Books that close or open on the day. */
  series: z.array(
    z.object({ agencyName: z.string(), name: z.string(), act: z.enum(['closes', 'opens']), lastNumber: z.number().int() }),
  ),
  certificates: z.array(AffectedCertificate),
  /** What stops it, and what only needs eyes: stable codes with what they are about. */
  problems: z.array(
    z.object({
      code: z.string(),
      about: z.string(),
      stops: z.boolean(),
      /** Names of fields that a certificate's request lacks. */
      missing: z.array(z.string()).optional(),
    }),
  ),
  counts: z.object({
    agencies: z.number().int(),
    positions: z.number().int(),
    documents: z.number().int(),
    series: z.number().int(),
    certificates: z.number().int(),
  }),
});
export type ReorganisationEffects = z.infer<typeof ReorganisationEffects>;

/** Of the batch for the issuer: not asked for yet, because something is missing or because it was completed only now. */
export const WaitingItem = z.object({
  itemId: Id,
  act: z.enum(['new', 'change', 'revoke']),
  form: z.enum(['01', '02']),
  holder: z.string(),
  /** Names of fields; `keeper`: nobody is said to keep the device, `issuer`: its certificate is not known here. */
  missing: z.array(z.string()),
  /** Nothing is missing any more. */
  ready: z.boolean(),
  agency: z.object({ id: Id, name: z.string() }).optional(),
  /** The subscriber, or who keeps the device. */
  person: z.object({ id: Id, name: z.string() }).optional(),
});
export type WaitingItem = z.infer<typeof WaitingItem>;

export const Reorganisation = z.object({
  id: Id,
  name: z.string(),
  plan: ReorganisationPlan,
  moves: z.array(PostMove),
  effectiveOn: Day,
  grounds: Grounds,
  state: ReorganisationState,
  createdAt: Instant,
  createdBy: z.string(),
  effectiveAt: Instant.nullable(),
  /** Of the last check; absent in a draft that was never checked. */
  effects: ReorganisationEffects.optional(),
  /** The request to the issuer that was prepared; absent before the day and when no certificate is affected. */
  certificateRequestId: Id.optional(),
  /** All of them, when what was missing on the day was asked for later. */
  certificateRequestIds: z.array(Id).optional(),
  /** Of one in effect: what of its batch is not asked for yet. */
  waiting: z.array(WaitingItem).optional(),
});
export type Reorganisation = z.infer<typeof Reorganisation>;

const byId = z.object({ id: Id });
const Draft = z.object({
  name: line(200),
  plan: ReorganisationPlan,
  /** Posts of people; who is not named goes to the first successor in the same post. */
  moves: z.array(PostMove).max(5000).default([]),
  effectiveOn: Day,
  grounds: Grounds,
});

export const reorganisationRoutes = {
  list: route({
    method: 'GET',
    path: '/api/reorganisations',
    summary: 'Reorganisations of my agency and below, latest first',
    caller: 'person',
    answer: z.object({ reorganisations: z.array(Reorganisation.omit({ effects: true })) }),
  }),
  one: route({
    method: 'GET',
    path: '/api/reorganisations/:id',
    summary: 'One with its effects',
    caller: 'person',
    params: byId,
    answer: Reorganisation,
  }),
  create: route({
    method: 'POST',
    path: '/api/reorganisations',
    summary: 'A draft',
    caller: 'person',
    body: Draft,
    answer: Reorganisation,
  }),
  change: route({
    method: 'PUT',
    path: '/api/reorganisations/:id',
    summary: 'Change a draft; a check of it is void',
    caller: 'person',
    params: byId,
    body: Draft,
    answer: Reorganisation,
  }),
  check: route({
    method: 'POST',
    path: '/api/reorganisations/:id/check',
    summary: 'List everything affected, and what stands against it',
    caller: 'person',
    params: byId,
    answer: Reorganisation,
  }),
  schedule: route({
    method: 'POST',
    path: '/api/reorganisations/:id/schedule',
    summary: 'Decide: what was checked takes effect on its day',
    caller: 'person',
    params: byId,
    answer: Reorganisation,
  }),
  cancel: route({
    method: 'POST',
    path: '/api/reorganisations/:id/cancel',
    summary: 'Take it back before it takes effect',
    caller: 'person',
    params: byId,
    answer: Reorganisation,
  }),
  completeItem: route({
    method: 'POST',
    path: '/api/reorganisations/:id/items/:itemId/completing',
    summary: 'Say who keeps the device of a new agency, or look again at what the directory knows by now',
    caller: 'person',
    params: z.object({ id: Id, itemId: Id }),
    body: z.object({ keeperId: Id.optional() }),
    answer: Reorganisation,
  }),
  requestCompleted: route({
    method: 'POST',
    path: '/api/reorganisations/:id/further-request',
    summary: 'Make a further request to the issuer of everything that was completed',
    caller: 'person',
    params: byId,
    answer: Reorganisation,
  }),
};
