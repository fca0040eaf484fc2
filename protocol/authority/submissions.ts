import { z } from 'zod';
import { BothLanguages, Id, Instant, Sha256 } from '../basics.ts';
import { RequestResult } from '../certificates/result.ts';
import { ManagingAgency } from '../certificates/subject.ts';
import { route } from '../route.ts';

/** What a sender gets for a request; the same request again gets the same receipt. */
export const SubmissionReceipt = z.object({
  submissionId: Id,
  /** `quarantined`: ask again; `refused`: an officer has left it aside, and it stays so however often it is sent. */
  status: z.enum(['accepted', 'quarantined', 'refused']),
  /** Why it stands apart: stable code and words. */
  code: z.string().optional(),
  words: BothLanguages.optional(),
  requestId: Id.optional(),
  sha256: Sha256,
  receivedAt: Instant,
  items: z.number().int(),
  /** Attachments named by items that have not come yet. */
  missingAttachments: z.array(Sha256),
});
export type SubmissionReceipt = z.infer<typeof SubmissionReceipt>;

export const SubmissionRow = z.object({
  id: Id,
  status: z.enum(['accepted', 'quarantined', 'dismissed']),
  code: z.string().optional(),
  words: BothLanguages.optional(),
  requestId: Id.optional(),
  number: z.string().optional(),
  round: z.string().optional(),
  from: ManagingAgency.optional(),
  channel: z.enum(['api', 'file']),
  authenticatedBy: z.enum(['signature', 'token', 'officer', 'nobody']),
  signer: z.string().optional(),
  /** Name and title of the leader who signed before it. */
  leader: z.string().optional(),
  sha256: Sha256,
  size: z.number().int(),
  receivedAt: Instant,
  items: z.number().int(),
  open: z.number().int(),
});
export type SubmissionRow = z.infer<typeof SubmissionRow>;

const params = z.object({ id: Id });

/** For officers. */
export const submissionRoutes = {
  list: route({
    method: 'GET',
    path: '/authority/api/submissions',
    summary: 'Requests as they came, newest first, quarantined ones too (every officer)',
    caller: 'officer',
    query: z.object({
      status: z.enum(['accepted', 'quarantined', 'dismissed']).optional(),
      after: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ items: z.array(SubmissionRow), next: z.string().optional() }),
  }),
  receive: route({
    method: 'POST',
    path: '/authority/api/submissions/file',
    summary:
      'Take in a file that was carried here: ASiC-E with request.json and attachments, or CMS with the request inside (registration)',
    caller: 'officer',
    rawBody: 'application/octet-stream',
    answer: SubmissionReceipt,
  }),
  raw: route({
    method: 'GET',
    path: '/authority/api/submissions/:id/file',
    summary: 'The file as it came (registration, audit)',
    caller: 'officer',
    params,
    answer: z.unknown(),
    otherAnswers: ['application/octet-stream'],
  }),
  retry: route({
    method: 'POST',
    path: '/authority/api/submissions/:id/retry',
    summary: 'Judge a quarantined file again, after its sender was registered or a list came (registration)',
    caller: 'officer',
    params,
    answer: SubmissionReceipt,
  }),
  dismiss: route({
    method: 'POST',
    path: '/authority/api/submissions/:id/dismissal',
    summary: 'Leave a quarantined file aside, with a reason; it is kept (registration)',
    caller: 'officer',
    params,
    body: z.object({ reason: z.string().trim().min(1).max(500) }),
    answer: SubmissionRow,
  }),
  results: route({
    method: 'GET',
    path: '/authority/api/submissions/:id/results.zip',
    summary: 'Answers so far as a file to carry: result.json per batch, certificates, our signature (registration, issuance)',
    caller: 'officer',
    params,
    answer: z.unknown(),
    otherAnswers: ['application/vnd.etsi.asic-e+zip', 'application/zip'],
  }),
};

/**
 * For agencies' systems. `Authorization: Bearer <token>` says who; the request itself is signed with the organisation's
 * certificate (detached CMS inside an ASiC-E, or CMS with content), unless the sender is registered as "token is enough".
 */
export const senderRoutes = {
  submit: route({
    method: 'POST',
    path: '/authority/api/sender/submissions',
    summary: 'Send a consolidated request; the same one again gives the same receipt',
    caller: 'sender',
    bodies: {
      'application/vnd.etsi.asic-e+zip': 'binary',
      'application/pkcs7-mime': 'binary',
      'application/json': z.unknown(),
    },
    answer: SubmissionReceipt,
  }),
  receipt: route({
    method: 'GET',
    path: '/authority/api/sender/submissions/:requestId',
    summary: 'The receipt of a request, by the sender’s own id',
    caller: 'sender',
    params: z.object({ requestId: Id }),
    answer: SubmissionReceipt,
  }),
  attach: route({
    method: 'PUT',
    path: '/authority/api/sender/attachments/:sha256',
    summary: 'An attachment, before or after the request that names it; the raw file as body',
    caller: 'sender',
    params: z.object({ sha256: Sha256 }),
    rawBody: 'application/octet-stream',
    answer: z.object({ sha256: Sha256, size: z.number().int() }),
  }),
  results: route({
    method: 'GET',
    path: '/authority/api/sender/submissions/:requestId/results',
    summary: 'The first batch of answers after a sequence number; absent when there is nothing new',
    caller: 'sender',
    params: z.object({ requestId: Id }),
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
    answer: z.object({ result: RequestResult.optional() }),
  }),
  answer: route({
    method: 'POST',
    path: '/authority/api/sender/submissions/:requestId/answers',
    summary: 'Answer questions of the issuer',
    caller: 'sender',
    params: z.object({ requestId: Id }),
    body: z.object({
      answers: z
        .array(
          z.object({
            questionId: Id,
            text: z.string().trim().min(1).max(2000),
            attachments: z.array(Sha256).max(20).default([]),
          }),
        )
        .min(1)
        .max(500),
    }),
    answer: z.object({ answered: z.number().int() }),
  }),
  withdraw: route({
    method: 'POST',
    path: '/authority/api/sender/submissions/:requestId/withdrawal',
    summary: 'Take items back that are not yet approved',
    caller: 'sender',
    params: z.object({ requestId: Id }),
    body: z.object({ itemIds: z.array(Id).min(1).max(5000), reason: z.string().trim().min(1).max(500) }),
    answer: z.object({
      withdrawn: z.array(Id),
      /** Too late for these: state they are in. */
      kept: z.array(z.object({ itemId: Id, state: z.string() })),
    }),
  }),
};
