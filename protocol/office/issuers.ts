import { z } from 'zod';
import { Id, Instant, Sha256 } from '../basics.ts';
import { CoveringNumber } from '../certificates/request.ts';
import { ConnectorCapabilities } from '../certificates/result.ts';
import { Form } from './certificates.ts';
import { SigningJob } from './signing.ts';
import { route } from '../route.ts';

/** prepared → sealed → sending → sent → finished; `refused` as a whole. Files: `to-carry` until somebody says it was handed over. */
export const IssuerRequestState = z.enum(['prepared', 'sending', 'to-carry', 'sent', 'finished', 'refused', 'withdrawn']);
export type IssuerRequestState = z.infer<typeof IssuerRequestState>;

export const ItemState = z.enum(['waiting', 'received', 'question', 'approved', 'issued', 'revoked', 'recovered', 'refused']);
export type ItemState = z.infer<typeof ItemState>;

export const IssuerRequest = z.object({
  id: Id,
  state: IssuerRequestState,
  connector: z.string(),
  capabilities: ConnectorCapabilities,
  number: z.string().optional(),
  roundId: Id.optional(),
  createdAt: Instant,
  createdBy: z.string(),
  sha256: Sha256,
  /** Who signed what travels: the organisation's seal, or in practice the installation's own key. Nobody yet when absent. */
  sealedBy: z.enum(['organisation', 'installation']).optional(),
  /** The head of the agency signed before the organisation. */
  leader: z.object({ signer: z.string(), at: Instant }).optional(),
  /** What configuration says today of a leader's signature. */
  leaderRule: z.enum(['none', 'optional', 'required']).default('optional'),
  /** The last order to a device, while nothing is sealed. */
  signing: z
    .object({
      jobId: Id,
      as: z.enum(['leader', 'organisation']).default('organisation'),
      state: z.enum(['waiting', 'value-received', 'ended']),
      signer: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
  /** Practice: it may be sent under the installation's own key, when somebody says so. */
  byInstallation: z.boolean(),
  items: z.number().int(),
  states: z.partialRecord(ItemState, z.number().int()),
  lastSequence: z.number().int(),
  lastError: z.string().optional(),
  sentAt: Instant.optional(),
  withdrawnAt: Instant.optional(),
  /** Papers of a request taken apart: when they go, and when they went. */
  shredsAt: Instant.optional(),
  shreddedAt: Instant.optional(),
});
export type IssuerRequest = z.infer<typeof IssuerRequest>;

export const IssuerRequestItem = z.object({
  id: Id,
  ordinal: z.number().int(),
  act: z.enum(['new', 'renew', 'change', 'revoke', 'recover-device']),
  name: z.string(),
  agencyName: z.string(),
  form: Form.optional(),
  state: ItemState,
  text: z.string().optional(),
  certificateId: Id.optional(),
});

export const IssuerQuestion = z.object({
  id: Id,
  requestId: Id,
  itemId: Id,
  name: z.string(),
  agencyName: z.string(),
  text: z.string(),
  askedAt: Instant,
  answer: z.string().optional(),
  answeredAt: Instant.optional(),
});

/** A certificate or answer that fits nothing we asked: shown, never guessed. */
export const Unmatched = z.object({
  id: Id,
  requestId: Id.optional(),
  reason: z.enum([
    'unknown-key',
    'unknown-item',
    'duplicate',
    'foreign-issuer',
    'not-a-certificate',
    'key-mismatch',
    'sequence-conflict',
    'name-mismatch',
  ]),
  fileName: z.string().optional(),
  subject: z.string().optional(),
  serialHex: z.string().optional(),
  detail: z.string().optional(),
  at: Instant,
  /** Name that the certificate says, when it is one that can be read. */
  commonName: z.string().optional(),
  issuer: z.string().optional(),
  notAfter: Instant.optional(),
  /** The item its answer named. */
  itemName: z.string().optional(),
  requestNumber: z.string().optional(),
  /** There is a certificate that could be given to an item; without one it can only be dismissed. */
  settable: z.boolean(),
  settledAt: Instant.optional(),
  settledBy: z.string().optional(),
  /** To whom it was given, or why to nobody. */
  settledAs: z.string().optional(),
});
export type Unmatched = z.infer<typeof Unmatched>;

/** An item that waits for a certificate, held against one that fits nothing. */
export const UnmatchedCandidate = z.object({
  itemId: Id,
  ordinal: z.number().int(),
  name: z.string(),
  agencyName: z.string(),
  form: Form.optional(),
  /** Whether the certificate is of the key that was asked for; unknown when the issuer makes the key. */
  key: z.enum(['fits', 'other', 'unknown']),
  sameName: z.boolean(),
});
export type UnmatchedCandidate = z.infer<typeof UnmatchedCandidate>;

const ById = z.object({ id: Id });
const Keyset = { after: z.string().max(400).optional(), size: z.coerce.number().int().min(1).max(200).default(50) };

export const issuerRoutes = {
  connectors: route({
    method: 'GET',
    path: '/api/issuers',
    summary: 'Ways to the issuer and what each can do',
    caller: 'person',
    answer: z.object({
      connectors: z.array(z.object({ id: z.string(), name: z.string(), capabilities: ConnectorCapabilities })),
    }),
  }),
  list: route({
    method: 'GET',
    path: '/api/issuer-requests',
    summary: 'Consolidated requests of my agency, newest first',
    caller: 'person',
    query: z.object({ state: IssuerRequestState.optional(), ...Keyset }),
    answer: z.object({ items: z.array(IssuerRequest), next: z.string().optional() }),
  }),
  prepare: route({
    method: 'POST',
    path: '/api/issuer-requests',
    summary: 'Put prepared acts into one consolidated request',
    caller: 'person',
    body: z.object({
      connector: z.string().max(40).optional(),
      number: CoveringNumber,
      /** Acts to take; every prepared act of my agency and those under it when left out. */
      actIds: z.array(Id).min(1).max(5000).optional(),
    }),
    answer: z.object({ requests: z.array(IssuerRequest) }),
  }),
  view: route({
    method: 'GET',
    path: '/api/issuer-requests/:id',
    summary: 'One request and how far it is',
    caller: 'person',
    params: ById,
    answer: IssuerRequest,
  }),
  items: route({
    method: 'GET',
    path: '/api/issuer-requests/:id/items',
    summary: 'Its items, page by page',
    caller: 'person',
    params: ById,
    query: z.object({ state: ItemState.optional(), ...Keyset }),
    answer: z.object({ items: z.array(IssuerRequestItem), next: z.string().optional() }),
  }),
  print: route({
    method: 'GET',
    path: '/api/issuer-requests/:id/print',
    summary: 'Tables by form with places for signatures, as PDF',
    caller: 'person',
    params: ById,
    answer: z.unknown(),
    otherAnswers: ['application/pdf'],
  }),
  archive: route({
    method: 'GET',
    path: '/api/issuer-requests/:id/archive',
    summary: 'What travels: the signed request with its checksums, as ZIP',
    caller: 'person',
    params: ById,
    answer: z.unknown(),
    otherAnswers: ['application/zip'],
  }),
  sign: route({
    method: 'POST',
    path: '/api/issuer-requests/:id/signature',
    summary: 'Have it signed on a device: by the leader with their own key first, by the organisation with its key (clerk)',
    caller: 'person',
    params: ById,
    body: z.object({ credentialId: Sha256, as: z.enum(['leader', 'organisation']).default('organisation') }),
    answer: SigningJob,
  }),
  send: route({
    method: 'POST',
    path: '/api/issuer-requests/:id/send',
    summary: 'Send what is signed; for a connector of files: say that the archive was handed over',
    caller: 'person',
    params: ById,
    /** `byInstallation`: without the organisation's signature, where this installation allows it. */
    body: z.object({ byInstallation: z.boolean().optional() }),
    answer: IssuerRequest,
  }),
  withdraw: route({
    method: 'DELETE',
    path: '/api/issuer-requests/:id',
    summary: 'Take a request apart that was not sent; its acts are prepared again',
    caller: 'person',
    params: ById,
    answer: IssuerRequest,
  }),
  results: route({
    method: 'PUT',
    path: '/api/issuer-requests/:id/results',
    summary: 'A result archive (result.json or certificates, ZIP) as it came back',
    caller: 'person',
    params: ById,
    rawBody: 'application/zip',
    answer: z.object({ applied: z.number().int(), repeated: z.number().int(), unmatched: z.array(Unmatched) }),
  }),
  unmatched: route({
    method: 'GET',
    path: '/api/issuer-unmatched',
    summary: 'Answers and certificates that fit nothing asked for',
    caller: 'person',
    query: z.object({ requestId: Id.optional(), settled: z.enum(['true', 'false']).default('false'), ...Keyset }),
    answer: z.object({ items: z.array(Unmatched), next: z.string().optional() }),
  }),
  unmatchedView: route({
    method: 'GET',
    path: '/api/issuer-unmatched/:id',
    summary: 'One answer that fits nothing',
    caller: 'person',
    params: ById,
    answer: Unmatched,
  }),
  candidates: route({
    method: 'GET',
    path: '/api/issuer-unmatched/:id/candidates',
    summary: 'Items of its request that still wait for a certificate: those of its key first, then those of its name; at most 50',
    caller: 'person',
    params: ById,
    query: z.object({ q: z.string().trim().max(100).optional() }),
    answer: z.object({ items: z.array(UnmatchedCandidate), more: z.boolean() }),
  }),
  settleUnmatched: route({
    method: 'POST',
    path: '/api/issuer-unmatched/:id',
    summary: 'Say to which item it belongs, or that it belongs to none',
    caller: 'person',
    params: ById,
    body: z.union([
      z.object({
        itemId: Id,
        /** The name in the certificate, said again on purpose, where it differs from the item’s. */
        confirmedName: z.string().max(200).optional(),
      }),
      z.object({ none: z.literal(true), reason: z.string().trim().min(3).max(500) }),
    ]),
    answer: Unmatched,
  }),
  questions: route({
    method: 'GET',
    path: '/api/issuer-questions',
    summary: 'What the issuer asks back',
    caller: 'person',
    query: z.object({ open: z.enum(['true', 'false']).optional(), ...Keyset }),
    answer: z.object({ items: z.array(IssuerQuestion), next: z.string().optional() }),
  }),
  answer: route({
    method: 'POST',
    path: '/api/issuer-questions/:id',
    summary: 'Answer a question of the issuer',
    caller: 'person',
    params: ById,
    body: z.object({ text: z.string().trim().min(1).max(2000) }),
    answer: IssuerQuestion,
  }),
};
