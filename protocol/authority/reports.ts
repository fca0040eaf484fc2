import { z } from 'zod';
import { Instant } from '../basics.ts';
import { route } from '../route.ts';
import { IssuedFilters } from './issued.ts';
import { RequestQuery } from './request-list.ts';

/** `yyyy-MM` */
const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
const format = z.enum(['csv', 'xlsx']).default('csv');

/** Working days from the day a file was complete to the day of its answer, without days a question was open. */
export const Waiting = z.object({
  count: z.number().int(),
  median: z.number().optional(),
  longest: z.number().int().optional(),
  /** Later than the limit of their day. */
  late: z.number().int(),
});

export const UnitReport = z.object({
  code: z.string(),
  name: z.string(),
  received: z.number().int(),
  issued: z.number().int(),
  renewed: z.number().int(),
  changed: z.number().int(),
  recovered: z.number().int(),
  refused: z.number().int(),
  revoked: z.number().int(),
  /** Open at the end of the month, or now. */
  open: z.number().int(),
  waiting: Waiting,
});

export const MonthlyReport = z.object({
  month: Month,
  /** First instant of the month and the first after it. */
  from: Instant,
  to: Instant,
  madeAt: Instant,
  units: z.array(UnitReport),
  total: UnitReport.omit({ code: true, name: true }),
  /** Legal cause and how many; `none` for what the authority revoked by itself. */
  causes: z.array(z.object({ cause: z.string(), count: z.number().int() })),
  /** Working days allowed in that month, by configuration. */
  limitDays: z.number().int(),
});
export type MonthlyReport = z.infer<typeof MonthlyReport>;

export const RequestFilters = RequestQuery.omit({ after: true, limit: true });

const otherAnswers = ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'];

export const reportRoutes = {
  monthly: route({
    method: 'GET',
    path: '/authority/api/reports/monthly',
    summary: 'What was issued, renewed and revoked in a month, by unit, with waiting times (every officer)',
    caller: 'officer',
    query: z.object({ month: Month }),
    answer: MonthlyReport,
  }),
  exportRequests: route({
    method: 'GET',
    path: '/authority/api/exports/requests',
    summary: 'Requests as a table, with the filters of the list; the journal notes who took it (registration, approval, audit)',
    caller: 'officer',
    query: RequestFilters.extend({ format }),
    answer: z.unknown(),
    otherAnswers,
  }),
  exportCertificates: route({
    method: 'GET',
    path: '/authority/api/exports/certificates',
    summary: 'Certificates as a table, with the filters of the list; the journal notes it (issuance, revocation, audit)',
    caller: 'officer',
    query: IssuedFilters.extend({ format }),
    answer: z.unknown(),
    otherAnswers,
  }),
  exportRevocations: route({
    method: 'GET',
    path: '/authority/api/exports/revocations',
    summary: 'Revocations of a span of months as a table, with cause and officer; the journal notes it (revocation, audit)',
    caller: 'officer',
    query: z.object({ from: Month.optional(), to: Month.optional(), format }),
    answer: z.unknown(),
    otherAnswers,
  }),
};
