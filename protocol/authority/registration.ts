import { z } from 'zod';
import { Base64, BothLanguages, Id, Instant, Sha256 } from '../basics.ts';
import { CertificateName, KeptItem, RequestItem } from '../certificates/request.ts';
import { ManagingAgency } from '../certificates/subject.ts';
import { route } from '../route.ts';
import { requestListRoutes, RequestRow } from './request-list.ts';

export { RequestQuery, RequestRow, RequestState } from './request-list.ts';

/** One result of the checks. `blocks`: not to be proposed before it is gone. */
export const RequestCheck = z.object({
  code: z.string(),
  outcome: z.enum(['holds', 'blocks', 'warns']),
  words: BothLanguages,
  /** What was found: a field, a serial number. */
  found: z.string().optional(),
});
export type RequestCheck = z.infer<typeof RequestCheck>;

export const EvidenceKind = z.enum([
  'identity-card',
  'vneid-level-2',
  'passport',
  'appointment-decision',
  'founding-decision',
  'agency-confirmation',
  'seen-in-person',
  'other',
]);
export type EvidenceKind = z.infer<typeof EvidenceKind>;

export const Attachment = z.object({
  sha256: Sha256,
  /** False: named in the request, not yet come. */
  present: z.boolean(),
  name: z.string().optional(),
  mediaType: z.string().optional(),
  size: z.number().int().optional(),
});

const Person = z.object({ id: Id, fullName: z.string() });

export const Evidence = z.object({
  kind: EvidenceKind,
  /** What was seen: number and place of issue of a card, number of a decision. */
  note: z.string(),
  /** Scan, by hash. */
  sha256: Sha256.optional(),
  seenBy: Person,
  at: Instant,
});

/**
 * The request as the officer sees it, and exactly what an approval is bound to: the SHA-256 of its canonical JSON
 * (RFC 8785, `canonicalJson`) is `shownSha256`. Clients draw the screen from this document and hash what they drew.
 */
export const ShownRequest = z.object({
  type: z.literal('antin.request-as-shown'),
  version: z.literal(1),
  requestItemId: Id,
  submission: z.object({
    id: Id,
    requestId: Id,
    from: ManagingAgency,
    createdAt: Instant,
    sha256: Sha256,
    number: z.string().optional(),
    round: z.string().optional(),
    /** How the sender was known. */
    authenticatedBy: z.enum(['signature', 'token', 'officer']),
    signer: z.object({ subject: z.string(), serialHex: z.string(), sha256: Sha256 }).optional(),
    /** A leader of the sender who signed before the organisation, with the certificate's own words. */
    leader: z
      .object({
        ...{ subject: z.string(), serialHex: z.string(), sha256: Sha256, name: z.string() },
        title: z.string().optional(),
        signedAt: Instant.optional(),
      })
      .optional(),
  }),
  /** 1 as it came; every edit adds 1. */
  itemVersion: z.number().int(),
  originalSha256: Sha256,
  item: KeptItem,
  /** Of the certificate the item is about, as the register knows it; the agency it was issued for. */
  holder: z
    .object({ subject: z.string(), notAfter: Instant, agency: z.object({ code: z.string(), name: z.string() }).optional() })
    .optional(),
  edits: z.array(z.object({ version: z.number().int(), by: Person, at: Instant, reason: z.string() })),
  attachments: z.array(Attachment),
  evidence: z.array(Evidence),
  questions: z.array(
    z.object({
      id: Id,
      text: z.string(),
      askedBy: Person,
      askedAt: Instant,
      answer: z.string().optional(),
      answeredAt: Instant.optional(),
    }),
  ),
  checks: z.array(RequestCheck.omit({ words: true })),
  /** SHA-256 of the SubjectPublicKeyInfo to be certified, when the request carries a key. */
  spkiSha256: Sha256.optional(),
});
export type ShownRequest = z.infer<typeof ShownRequest>;

/** Acts of officers that carry a statement signed with the officer's own token. */
export const SignedAct = z.enum(['propose', 'approve', 'refuse', 'revoke', 'recover', 'issue', 'hand-over']);
export type SignedAct = z.infer<typeof SignedAct>;

/**
 * What an officer signs. The signed octets are the UTF-8 of its canonical JSON; the signature is a detached CMS (CAdES) by
 * the certificate bound to the officer.
 */
export const ApprovalStatement = z.object({
  type: z.literal('antin.approval'),
  requestItemId: Id,
  shownSha256: Sha256,
  act: SignedAct,
  officerId: Id,
  at: Instant,
});
export type ApprovalStatement = z.infer<typeof ApprovalStatement>;

/** A statement and, unless this installation records unsigned acts (practice), its signature. */
export const SignedStatement = z.object({ statement: ApprovalStatement, cms: Base64.optional() });
export type SignedStatement = z.infer<typeof SignedStatement>;

export const RequestAct = z.object({
  act: z.string(),
  at: Instant,
  by: Person.optional(),
  /** Who, when it was no officer: the sender. */
  bySender: z.string().optional(),
  shownSha256: Sha256.optional(),
  signature: z.enum(['signed', 'unsigned', 'none']),
  note: z.string().optional(),
});

export const RequestDetail = z.object({
  row: RequestRow,
  shown: ShownRequest,
  shownSha256: Sha256,
  checks: z.array(RequestCheck),
  acts: z.array(RequestAct),
  /** What the caller may do now, by the rules and their roles. */
  may: z.array(
    z.enum([
      'edit',
      'add-evidence',
      'ask',
      'answer',
      'propose',
      'approve',
      'refuse',
      'withdraw',
      'revoke',
      'recover',
      'issue',
      'hand-over',
    ]),
  ),
  issued: CertificateName.optional(),
});
export type RequestDetail = z.infer<typeof RequestDetail>;

const params = z.object({ id: Id });
const text = (most: number) => z.string().trim().min(1).max(most);

export const registrationRoutes = {
  ...requestListRoutes,
  detail: route({
    method: 'GET',
    path: '/authority/api/requests/:id',
    summary: 'One request as shown, with the hash an approval binds to (every officer)',
    caller: 'officer',
    params,
    answer: RequestDetail,
  }),
  attachment: route({
    method: 'GET',
    path: '/authority/api/requests/:id/attachments/:sha256',
    summary: 'A file of the request, as a download (registration, approval, audit)',
    caller: 'officer',
    params: params.extend({ sha256: Sha256 }),
    answer: z.unknown(),
    otherAnswers: ['application/octet-stream'],
  }),
  addAttachment: route({
    method: 'PUT',
    path: '/authority/api/requests/:id/attachments',
    summary: 'A scan made at the desk, for evidence; the raw file as body (registration)',
    caller: 'officer',
    params,
    rawBody: 'application/octet-stream',
    answer: z.object({ sha256: Sha256, size: z.number().int() }),
  }),
  addEvidence: route({
    method: 'POST',
    path: '/authority/api/requests/:id/evidence',
    summary: 'What was seen of the subscriber’s identity, by me (registration)',
    caller: 'officer',
    params,
    body: z.object({ kind: EvidenceKind, note: text(500), sha256: Sha256.optional() }),
    answer: RequestDetail,
  }),
  ask: route({
    method: 'POST',
    path: '/authority/api/requests/:id/questions',
    summary: 'Ask the sender; the clock stands still until it answers (registration)',
    caller: 'officer',
    params,
    body: z.object({ text: text(2000) }),
    answer: RequestDetail,
  }),
  answer: route({
    method: 'POST',
    path: '/authority/api/requests/:id/questions/:questionId/answer',
    summary: 'Write down an answer that came on paper or by telephone (registration)',
    caller: 'officer',
    params: params.extend({ questionId: Id }),
    body: z.object({ text: text(2000) }),
    answer: RequestDetail,
  }),
  edit: route({
    method: 'POST',
    path: '/authority/api/requests/:id/versions',
    summary: 'Correct the request: a new version, the original is kept, approvals are void (registration)',
    caller: 'officer',
    params,
    body: z.object({ itemVersion: z.number().int(), item: RequestItem, reason: text(500) }),
    answer: RequestDetail,
  }),
  recheck: route({
    method: 'POST',
    path: '/authority/api/requests/:id/checks',
    summary: 'Run the checks again, against what the register holds now (registration)',
    caller: 'officer',
    params,
    answer: RequestDetail,
  }),
  propose: route({
    method: 'POST',
    path: '/authority/api/requests/:id/proposal',
    summary: 'Propose for approval what is shown (registration)',
    caller: 'officer',
    params,
    body: SignedStatement,
    answer: RequestDetail,
  }),
  approve: route({
    method: 'POST',
    path: '/authority/api/requests/approvals',
    summary: 'Approve a list, each statement with the hash of what was shown; each is answered by itself (approval)',
    caller: 'officer',
    body: z.object({ approvals: z.array(SignedStatement).min(1).max(150) }),
    answer: z.object({
      outcomes: z.array(
        z.discriminatedUnion('status', [
          z.object({ requestItemId: Id, status: z.literal('approved') }),
          z.object({ requestItemId: Id, status: z.literal('refused'), code: z.string(), words: BothLanguages }),
        ]),
      ),
    }),
  }),
  refuse: route({
    method: 'POST',
    path: '/authority/api/requests/:id/refusal',
    summary: 'Refuse with a reason that the sender reads (registration before a proposal, approval after it)',
    caller: 'officer',
    params,
    body: SignedStatement.extend({ code: text(60), text: text(2000) }),
    answer: RequestDetail,
  }),
  withdraw: route({
    method: 'POST',
    path: '/authority/api/requests/:id/withdrawal',
    summary: 'The sender takes it back, on paper (registration)',
    caller: 'officer',
    params,
    body: z.object({ reason: text(500) }),
    answer: RequestDetail,
  }),
  revoke: route({
    method: 'POST',
    path: '/authority/api/requests/:id/revocation',
    summary: 'Revoke now what the request names: one officer, at once; approval officers are told (revocation)',
    caller: 'officer',
    params,
    body: SignedStatement,
    answer: RequestDetail,
  }),
  recover: route({
    method: 'POST',
    path: '/authority/api/requests/:id/recovery',
    summary: 'The device is unlocked: PIN reset done at the desk (issuance; approved before)',
    caller: 'officer',
    params,
    body: SignedStatement,
    answer: RequestDetail,
  }),
  issue: route({
    method: 'POST',
    path: '/authority/api/requests/:id/issuance',
    summary: 'Issue what was approved; `csr` when the key was made on the token at this desk (issuance)',
    caller: 'officer',
    params,
    body: SignedStatement.extend({ csr: Base64.optional(), deviceSerial: z.string().max(64).optional() }),
    answer: RequestDetail,
  }),
  handOverStatement: route({
    method: 'GET',
    path: '/authority/api/requests/:id/hand-over',
    summary: 'The text that the receiver signs with the new key (issuance)',
    caller: 'officer',
    params,
    answer: z.object({ statement: z.record(z.string(), z.unknown()), canonical: z.string() }),
  }),
  handOver: route({
    method: 'POST',
    path: '/authority/api/requests/:id/hand-over',
    summary: 'Hand-over record: the receiver’s signature with the new key over the statement (issuance)',
    caller: 'officer',
    params,
    body: z.object({ canonical: z.string().max(4000), cms: Base64, deviceSerial: z.string().max(64).optional() }),
    answer: RequestDetail,
  }),
};
