import { z } from 'zod';
import { Day, Id, Instant } from '../basics.ts';
import { ManagingAgency } from '../certificates/subject.ts';
import { route } from '../route.ts';

/**
 * `received → question ⇄ received → proposed → approved → issuing → issued → handed-over`; `refused` and `withdrawn` end it.
 * `carried-out` ends acts that issue nothing: a revocation done, a device recovered.
 */
export const RequestState = z.enum([
  'received',
  'question',
  'proposed',
  'approved',
  'issuing',
  'issued',
  'handed-over',
  'carried-out',
  'refused',
  'withdrawn',
]);
export type RequestState = z.infer<typeof RequestState>;

export const RequestRow = z.object({
  id: Id,
  submissionId: Id,
  act: z.enum(['new', 'renew', 'change', 'revoke', 'recover-device']),
  form: z.enum(['01', '02', '03']).optional(),
  state: RequestState,
  /** Name of the person, organisation or device; of a certificate its holder's. */
  subject: z.string(),
  /** Of the certificate that is to be renewed, changed, revoked; lower-case hex. */
  serialHex: z.string().optional(),
  agency: ManagingAgency,
  receivedAt: Instant,
  /** Last day of the limit; absent while the file is not complete or a question is open. */
  dueOn: Day.optional(),
  /** Working days left, negative when overdue; of a stopped clock the days that will be left. */
  daysLeft: z.number().int().optional(),
  clock: z.enum(['not-started', 'runs', 'stopped', 'ended']),
  blocking: z.number().int(),
  /** I was requester, editor or proposer: approving is somebody else's. */
  mine: z.boolean(),
});
export type RequestRow = z.infer<typeof RequestRow>;

/** Keyset paging: `next` of one page is `after` of the following one. */
export const RequestQuery = z.object({
  state: RequestState.optional(),
  act: z.enum(['new', 'renew', 'change', 'revoke', 'recover-device']).optional(),
  form: z.enum(['01', '02', '03']).optional(),
  agency: z.string().max(35).optional(),
  submission: Id.optional(),
  due: z.enum(['overdue', 'today', 'soon']).optional(),
  /** What waits for me, by my roles. */
  waiting: z.enum(['toCheck', 'toApprove', 'toIssue', 'toHandOver', 'toRevoke']).optional(),
  q: z.string().max(200).optional(),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** The list alone: the first page of the console asks no more. */
export const requestListRoutes = {
  list: route({
    method: 'GET',
    path: '/authority/api/requests',
    summary: 'Requests, longest waiting first; filters and folded search (every officer)',
    caller: 'officer',
    query: RequestQuery,
    answer: z.object({ items: z.array(RequestRow), next: z.string().optional() }),
  }),
  statistics: route({
    method: 'GET',
    path: '/authority/api/requests/statistics',
    summary: 'How many requests stand in which state, by act and form, with overdue and due ones (every officer)',
    caller: 'officer',
    answer: z.object({
      states: z.array(z.object({ state: RequestState, count: z.number().int(), overdue: z.number().int() })),
      forms: z.array(z.object({ act: z.string(), form: z.string().optional(), open: z.number().int() })),
      agencies: z.array(z.object({ code: z.string(), name: z.string(), open: z.number().int(), overdue: z.number().int() })),
    }),
  }),
};
