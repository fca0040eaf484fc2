import { z } from 'zod';
import { Day, Id } from '../basics.ts';
import { route } from '../route.ts';

/** An agency of the directory on a given day; levels are data. */
export const Agency = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  shortName: z.string(),
  level: z.number().int(),
  levelName: z.string(),
  parentId: Id.nullable(),
  validFrom: Day,
  /** First day on which it exists no more; null while it exists. */
  validTo: Day.nullable(),
  /** Where messages to a closed agency go, e.g. after 2025-07-01. */
  successors: z.array(z.object({ id: Id, name: z.string() })),
  /** Who receives what is addressed to it today: itself, or through its successors; null when nobody took over. */
  receivedBy: z.object({ id: Id, name: z.string() }).nullable(),
});
export type Agency = z.infer<typeof Agency>;

export const Signer = z.object({ positionId: Id, fullName: z.string(), title: z.string(), capacity: z.string() });

export const directoryRoutes = {
  agencies: route({
    method: 'GET',
    path: '/api/agencies',
    summary: 'Agencies, found by folded name or code',
    caller: 'person',
    query: z.object({ q: z.string().max(200).optional(), includeClosed: z.coerce.boolean().optional() }),
    answer: z.object({ agencies: z.array(Agency) }),
  }),
  signers: route({
    method: 'GET',
    path: '/api/signers',
    summary: 'Leaders of my agency who may sign',
    caller: 'person',
    answer: z.object({ signers: z.array(Signer) }),
  }),
  assignees: route({
    method: 'GET',
    path: '/api/assignees',
    summary: 'People of my agency to whom an incoming document can be assigned',
    caller: 'person',
    answer: z.object({ assignees: z.array(z.object({ positionId: Id, fullName: z.string(), title: z.string() })) }),
  }),
};
