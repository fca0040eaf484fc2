import { z } from 'zod';
import { JobAct } from '../agent/jobs.ts';
import { Day, Id, Instant, MAX_BATCH, Sha256 } from '../basics.ts';
import { route } from '../route.ts';
import { DocumentView, PlaceOnPage, Urgency } from './documents.ts';

/** A certificate that the person (or the agency's clerk) can use now, and where its key lives. */
export const Credential = z.object({
  /** SHA-256 of the certificate. */
  id: Sha256,
  kind: z.enum(['person', 'organisation']),
  holder: z.enum(['practice', 'token']),
  subject: z.string(),
  issuer: z.string(),
  serialHex: z.string(),
  notAfter: Instant,
  deviceId: Id,
  deviceName: z.string(),
  /** The agent has asked for work in the last minute. */
  online: z.boolean(),
});
export type Credential = z.infer<typeof Credential>;

/**
 * A signing job as the office page follows it.
 *
 * waiting → fetched (the device has it) → value-received → done; or refused (key not used) / failed / expired.
 */
export const JobState = z.enum([
  'waiting',
  'fetched',
  'value-received',
  'done',
  'refused',
  'failed',
  'expired',
  'cancel-requested',
  'cancelled',
]);
export const SigningJob = z.object({
  id: Id,
  documentId: Id,
  act: JobAct,
  state: JobState,
  /** Four digits shown on the office page and on the device: the same document is meant. */
  comparisonCode: z.string().regex(/^\d{4}$/),
  deviceName: z.string(),
  files: z.number().int(),
  createdAt: Instant,
  expiresAt: Instant,
  /** Code of the catalogue when refused or failed. */
  reason: z.string().optional(),
});
export type SigningJob = z.infer<typeof SigningJob>;

export const IssueProposal = z.object({
  /** What would be given now; the act itself decides. */
  number: z.number().int(),
  numberAndNotation: z.string(),
  date: Day,
  registerName: z.string(),
  sealHolder: z.string(),
});

/**
 * One document of a batch: `preparing` (not yet sent), `not-sent` (refused before the device was asked, see `reason`), else
 * the state of its job.
 */
export const BatchItemView = z.object({
  documentId: Id,
  subject: z.string(),
  state: z.enum(['preparing', 'not-sent', ...JobState.options]),
  reason: z.string().optional(),
  /** Signed, and its time-stamp is still to come. */
  timeStampPending: z.literal(true).optional(),
});
export const SigningBatch = z.object({
  id: Id,
  comparisonCode: z.string().regex(/^\d{4}$/),
  deviceName: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  /** The signer asked to stop; what was signed by then stays signed. */
  stopped: z.boolean(),
  items: z.array(BatchItemView),
});
export type SigningBatch = z.infer<typeof SigningBatch>;

/** A document before its signer, with what is needed to read it and to sign it together with others. */
export const ToSign = z.object({
  documentId: Id,
  version: z.number().int(),
  typeCode: z.string(),
  typeName: z.string(),
  subject: z.string(),
  urgency: Urgency,
  drafterName: z.string(),
  signerName: z.string(),
  waitingSince: Instant,
  main: z.object({ fileId: Id, sha256: Sha256, pages: z.number().int() }),
  annexes: z.number().int(),
  /** Where the drafter wants the signature. */
  place: PlaceOnPage.optional(),
});
export type ToSign = z.infer<typeof ToSign>;

const ById = z.object({ id: Id });

export const signingRoutes = {
  credentials: route({
    method: 'GET',
    path: '/api/credentials',
    summary: 'Keys I can use',
    caller: 'person',
    query: z.object({ kind: z.enum(['person', 'organisation']).optional() }),
    answer: z.object({ credentials: z.array(Credential) }),
  }),
  signatureImage: route({
    method: 'GET',
    path: '/api/appearance/:kind',
    summary: 'PNG that will be drawn for my signature or my agency’s seal',
    caller: 'person',
    params: z.object({ kind: z.enum(['person', 'organisation']) }),
    answer: z.unknown(),
  }),
  sign: route({
    method: 'POST',
    path: '/api/documents/:id/sign',
    summary: 'Prepare and send to my device; the page then follows the job',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int(), credentialId: Sha256, place: PlaceOnPage }),
    answer: SigningJob,
  }),
  proposal: route({
    method: 'GET',
    path: '/api/documents/:id/issue',
    summary: 'Proposed number and date',
    caller: 'person',
    params: ById,
    answer: IssueProposal,
  }),
  issue: route({
    method: 'POST',
    path: '/api/documents/:id/issue',
    summary: 'Number, date, seal and register as one act: reserves the number and sends the job to the seal’s device',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int(), credentialId: Sha256, date: Day }),
    answer: SigningJob,
  }),
  retry: route({
    method: 'POST',
    path: '/api/documents/:id/issue/retry',
    summary: 'Seal again with the same number',
    caller: 'person',
    params: ById,
    body: z.object({ credentialId: Sha256 }),
    answer: SigningJob,
  }),
  cancel: route({
    method: 'POST',
    path: '/api/documents/:id/issue/cancel',
    summary: 'Give the reserved number back (only with the device’s proof) or void it with a reason',
    caller: 'person',
    params: ById,
    body: z.object({ mode: z.enum(['release', 'void']), reason: z.string().trim().min(3).max(1000) }),
    answer: DocumentView,
  }),
  toSign: route({
    method: 'GET',
    path: '/api/to-sign',
    summary: 'What waits for my signature, the most urgent first; at most as many as one batch may have',
    caller: 'person',
    answer: z.object({ items: z.array(ToSign), total: z.number().int() }),
  }),
  batch: route({
    method: 'POST',
    path: '/api/batches',
    summary: 'Sign several documents with one consent on my device; each is prepared, signed and answered for by itself',
    caller: 'person',
    body: z.object({
      credentialId: Sha256,
      items: z
        .array(z.object({ documentId: Id, version: z.number().int(), place: PlaceOnPage }))
        .min(1)
        .max(MAX_BATCH),
    }),
    answer: SigningBatch,
  }),
  batchView: route({
    method: 'GET',
    path: '/api/batches/:id',
    summary: 'Where my batch stands, document by document',
    caller: 'person',
    params: ById,
    answer: SigningBatch,
  }),
  stopBatch: route({
    method: 'DELETE',
    path: '/api/batches/:id',
    summary: 'Stop: the device drops what it has not signed yet',
    caller: 'person',
    params: ById,
    answer: SigningBatch,
  }),
  retryBatch: route({
    method: 'POST',
    path: '/api/batches/:id/retry',
    summary: 'A new batch of what this one did not sign',
    caller: 'person',
    params: ById,
    body: z.object({ credentialId: Sha256 }),
    answer: SigningBatch,
  }),
  job: route({
    method: 'GET',
    path: '/api/jobs/:id',
    summary: 'Where the job stands',
    caller: 'person',
    params: ById,
    answer: SigningJob,
  }),
  cancelJob: route({
    method: 'DELETE',
    path: '/api/jobs/:id',
    summary: 'Ask the device to drop a personal signing job',
    caller: 'person',
    params: ById,
    answer: SigningJob,
  }),
};
