import { z } from 'zod';
import { Base64, Id, MAX_BATCH, Sha256 } from '../basics.ts';
import { route } from '../route.ts';

const fetched = {
  index: z.number().int(),
  title: z.string(),
  fileName: z.string(),
  /** SHA-256 of the whole prepared file, placeholder included. */
  preparedSha256: Sha256,
  size: z.number().int(),
  /** DER SET OF Attribute: exactly what the key signs. */
  signedAttributes: Base64,
};

/** Most files of one container. */
export const MAX_PARTS = 10_000;

/**
 * One file to sign: the agent fetches the prepared bytes itself, hashes them and compares before it asks for consent. A PDF
 * with an empty place; a statement: text that is shown whole, signed as CAdES; or a container, whose manifest is signed.
 */
export const JobDocument = z.union([
  z.object({
    ...fetched,
    byteRange: z.tuple([z.literal(0), z.number().int(), z.number().int(), z.number().int()]),
  }),
  z.object({
    ...fetched,
    content: z.literal('statement'),
    /** 1 when the text that the statement names by its hash (`shownSha256`) can be fetched beside it. */
    parts: z.number().int().min(0).max(1).default(0),
  }),
  /** What is fetched is an `ASiCManifest`; its parts are fetched one by one, in its order, and it is made again from them. */
  z.object({ ...fetched, content: z.literal('container'), parts: z.number().int().min(1).max(MAX_PARTS) }),
]);
export type JobDocument = z.infer<typeof JobDocument>;

const Summary = z.array(z.object({ label: z.object({ vi: z.string(), en: z.string() }), value: z.string() }));

/** What a device is asked for. `approve`: a statement of an officer; `request`: a consolidated request to an issuer. */
export const JobAct = z.enum(['sign', 'issue', 'approve', 'hand-over', 'request']);
export type JobAct = z.infer<typeof JobAct>;

const Order = z.object({
  iss: z.string(),
  aud: Id,
  origin: z.string(),
  jti: Id,
  iat: z.number().int(),
  exp: z.number().int(),
  act: JobAct,
  /** SHA-256 of the certificate whose key must sign. */
  credential: Sha256,
  comparisonCode: z.string(),
  person: z.string(),
});

/**
 * The claims of a job. Sent as a compact JWS (RFC 7515, `alg: EdDSA`, `typ: antin-job`) by the platform key that the
 * agent learned at pairing; the agent checks signature, `aud`, `exp` (≤ 5 min after `iat`) and that `jti` is new.
 */
export const JobClaims = Order.extend({
  /** Lines to show before consent, e.g. number and date that will be filled. */
  summary: Summary,
  documents: z.array(JobDocument).min(1).max(50),
});
export type JobClaims = z.infer<typeof JobClaims>;

/** One document of a batch, a job of its own: `jti` is its number, it is answered alone. */
export const BatchItem = z.object({ jti: Id, summary: Summary, documents: z.array(JobDocument).min(1).max(50) });
export type BatchItem = z.infer<typeof BatchItem>;

/**
 * Many jobs under one signature of the platform (`typ: antin-batch`): bound together, shown together, consented to once.
 * The list cannot grow after it was shown. `jti` is the batch; delivered again it is word for word the same, items that
 * were answered meanwhile included.
 */
export const BatchClaims = Order.extend({ items: z.array(BatchItem).min(1).max(MAX_BATCH) });
export type BatchClaims = z.infer<typeof BatchClaims>;

/**
 * The agent's word about a job. `not-used` is the proof that lets a reserved number go back; `unknown` is what an agent
 * says that lost its record between intent and result.
 */
export const JobAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('signed'), values: z.array(Base64).min(1).max(50) }),
  z.object({
    answer: z.literal('not-used'),
    reason: z.enum(['refused', 'cancelled', 'expired', 'wrong-pin', 'no-key', 'mismatch', 'device-error']),
  }),
  z.object({ answer: z.literal('unknown') }),
]);
export type JobAnswer = z.infer<typeof JobAnswer>;

export const agentRoutes = {
  pair: route({
    method: 'POST',
    path: '/api/agent/pairings',
    summary: 'An agent asks to be paired (device flow)',
    caller: 'public',
    body: z.object({ publicKey: Base64, name: z.string().min(1).max(80), holder: z.enum(['practice', 'token']) }),
    answer: z.object({
      agentId: Id,
      userCode: z.string(),
      expiresInSeconds: z.number().int(),
      intervalSeconds: z.number().int(),
    }),
  }),
  pairing: route({
    method: 'GET',
    path: '/api/agent/pairing',
    summary: 'Has a person confirmed my code?',
    caller: 'agent',
    answer: z.discriminatedUnion('state', [
      z.object({ state: z.literal('pending') }),
      z.object({ state: z.literal('paired'), person: z.string(), origin: z.string(), platformKey: Base64 }),
    ]),
  }),
  announce: route({
    method: 'PUT',
    path: '/api/agent/credentials',
    summary: 'Certificates of the keys I hold; unknown ones are ignored',
    caller: 'agent',
    body: z.object({ certificates: z.array(Base64).max(200) }),
    answer: z.object({ accepted: z.array(Sha256) }),
  }),
  jobs: route({
    method: 'GET',
    path: '/api/agent/jobs',
    summary: 'Long poll: open jobs and jobs to drop',
    caller: 'agent',
    query: z.object({ wait: z.coerce.number().int().min(0).max(25).default(0) }),
    answer: z.object({ jobs: z.array(z.string()), cancel: z.array(Id) }),
  }),
  document: route({
    method: 'GET',
    path: '/api/agent/jobs/:id/documents/:index',
    summary: 'Prepared bytes of one file',
    caller: 'agent',
    params: z.object({ id: Id, index: z.coerce.number().int() }),
    answer: z.unknown(),
  }),
  part: route({
    method: 'GET',
    path: '/api/agent/jobs/:id/documents/:index/parts/:part',
    summary: 'Bytes of one file of a container, or of what a statement is about',
    caller: 'agent',
    params: z.object({ id: Id, index: z.coerce.number().int(), part: z.coerce.number().int() }),
    answer: z.unknown(),
  }),
  answer: route({
    method: 'POST',
    path: '/api/agent/jobs/:id/answer',
    summary: 'Signature values, or the proof that the key was not used; repeating it gives the same reply',
    caller: 'agent',
    params: z.object({ id: Id }),
    body: JobAnswer,
    answer: z.object({ state: z.enum(['accepted', 'already-closed']) }),
  }),
};
