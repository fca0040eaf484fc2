import { z } from 'zod';
import { BothLanguages, Day, Id, Instant, Page, pageOf } from '../basics.ts';
import { route } from '../route.ts';
import { Act, DocumentFile, HistoryEntry, Urgency } from './documents.ts';

export const IncomingState = z.enum(['arrived', 'registered', 'assigned', 'done', 'refused']);

export const Verdict = z.enum(['valid', 'invalid', 'indeterminate', 'unsigned']);

/** The one plain sentence, its four answers, and the report behind it. */
export const VerificationView = z.object({
  verdict: Verdict,
  sentence: BothLanguages,
  answers: z.object({ changed: BothLanguages, who: BothLanguages, sealed: BothLanguages, inForce: BothLanguages }),
  /** What must be said and changes no verdict: annexes without a signature of their own. */
  notes: z.array(BothLanguages).optional(),
  checkedAt: Instant,
  /** The JSON of `antin validate`. */
  report: z.unknown(),
});
export type VerificationView = z.infer<typeof VerificationView>;

export const IncomingRow = z.object({
  id: Id,
  state: IncomingState,
  senderName: z.string(),
  numberAndNotation: z.string(),
  date: Day,
  typeName: z.string(),
  subject: z.string(),
  urgency: Urgency,
  verdict: Verdict.optional(),
  arrivedAt: Instant,
  incomingNumber: z.number().int().optional(),
  assigneeName: z.string().optional(),
  dueDate: Day.optional(),
});
export type IncomingRow = z.infer<typeof IncomingRow>;

export const IncomingView = IncomingRow.extend({
  addressedAs: z.string().optional(),
  signerName: z.string(),
  files: z.array(DocumentFile),
  /** Absent for the seconds until the automatic check is done. */
  verification: VerificationView.optional(),
  assignment: z
    .object({ assigneeName: z.string(), title: z.string(), note: z.string(), dueDate: Day.optional(), at: Instant })
    .optional(),
  refusal: z.object({ code: z.string(), note: z.string(), at: Instant }).optional(),
  history: z.array(HistoryEntry),
  acts: z.array(Act),
  version: z.number().int(),
});
export type IncomingView = z.infer<typeof IncomingView>;

/** Why a clerk may refuse to receive; closed list, words in the catalogue. */
export const RefusalCode = z.enum([
  'wrong-addressee',
  'signature-invalid',
  'file-unreadable',
  'missing-annex',
  'wrong-form',
  'duplicate',
]);

const ById = z.object({ id: Id });

export const incomingRoutes = {
  list: route({
    method: 'GET',
    path: '/api/incoming',
    summary: 'Documents that came to my agency',
    caller: 'person',
    query: Page.extend({
      q: z.string().max(200).optional(),
      state: IncomingState.optional(),
      mine: z.enum(['to-receive', 'to-assign', 'assigned-to-me']).optional(),
    }),
    answer: pageOf(IncomingRow),
  }),
  view: route({
    method: 'GET',
    path: '/api/incoming/:id',
    summary: 'One incoming document',
    caller: 'person',
    params: ById,
    answer: IncomingView,
  }),
  file: route({
    method: 'GET',
    path: '/api/incoming/:id/files/:fileId',
    summary: 'Bytes of a file',
    caller: 'person',
    params: z.object({ id: Id, fileId: Id }),
    answer: z.unknown(),
  }),
  register: route({
    method: 'POST',
    path: '/api/incoming/:id/register',
    summary: 'Enter it in the incoming book and send the receipt',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int(), arrivedOn: Day, note: z.string().max(500).default('') }),
    answer: IncomingView,
  }),
  assign: route({
    method: 'POST',
    path: '/api/incoming/:id/assign',
    summary: 'Assign to a person with a deadline',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      positionId: Id,
      dueDate: Day.optional(),
      note: z.string().max(1000).default(''),
    }),
    answer: IncomingView,
  }),
  refuse: route({
    method: 'POST',
    path: '/api/incoming/:id/refuse',
    summary: 'Refuse to receive, with a reason from the closed list',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int(), code: RefusalCode, note: z.string().trim().min(3).max(1000) }),
    answer: IncomingView,
  }),
  finish: route({
    method: 'POST',
    path: '/api/incoming/:id/finish',
    summary: 'The assignee says it is dealt with',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int() }),
    answer: IncomingView,
  }),
};
