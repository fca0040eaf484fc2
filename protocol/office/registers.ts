import { z } from 'zod';
import { Day, Id, Instant, Page, Sha256, pageOf } from '../basics.ts';
import { route } from '../route.ts';

export const Register = z.object({
  id: Id,
  direction: z.enum(['outgoing', 'incoming']),
  name: z.string(),
  year: z.number().int(),
  entries: z.number().int(),
  lastNumber: z.number().int(),
});
export type Register = z.infer<typeof Register>;

/** Columns of Decree 30 Appendix IV for both books; a voided number stays visible with its reason. */
export const RegisterEntry = z.object({
  id: Id,
  number: z.number().int(),
  state: z.enum(['reserved', 'issued', 'voided', 'registered']),
  voidReason: z.string().optional(),
  numberAndNotation: z.string(),
  date: Day,
  /** Incoming: day of arrival. */
  arrivedOn: Day.optional(),
  typeName: z.string(),
  subject: z.string(),
  /** Outgoing: who signed. Incoming: who issued. */
  signerName: z.string().optional(),
  issuerName: z.string().optional(),
  addressees: z.array(z.string()).optional(),
  unit: z.string().optional(),
  fileSha256: Sha256.optional(),
  annexes: z.array(z.object({ name: z.string(), sha256: Sha256 })),
  documentId: Id.optional(),
  incomingId: Id.optional(),
  enteredAt: Instant,
});
export type RegisterEntry = z.infer<typeof RegisterEntry>;

export const registerRoutes = {
  list: route({
    method: 'GET',
    path: '/api/registers',
    summary: 'Books of my agency',
    caller: 'person',
    answer: z.object({ registers: z.array(Register) }),
  }),
  entries: route({
    method: 'GET',
    path: '/api/registers/:id/entries',
    summary: 'Entries, newest first',
    caller: 'person',
    params: z.object({ id: Id }),
    query: Page.extend({ q: z.string().max(200).optional() }),
    answer: pageOf(RegisterEntry),
  }),
  export: route({
    method: 'GET',
    path: '/api/registers/:id/export.csv',
    summary: 'The whole book as CSV (UTF-8 with BOM)',
    caller: 'person',
    params: z.object({ id: Id }),
    answer: z.unknown(),
  }),
};
