import { z } from 'zod';
import { Base64, Id, Instant, Sha256 } from '../basics.ts';
import { Credential, SigningJob } from '../office/signing.ts';
import { route } from '../route.ts';
import { RevocationStatement } from './issued.ts';
import { ApprovalStatement } from './registration.ts';
import { SuspensionStatement } from './suspensions.ts';

/** Most statements of one consent. */
export const MAX_STATEMENTS = 50;

/** What officers sign: about requests as they were shown, or about certificates themselves. */
export const OfficerStatement = z.discriminatedUnion('type', [ApprovalStatement, SuspensionStatement, RevocationStatement]);
export type OfficerStatement = z.infer<typeof OfficerStatement>;

export const StatementOrder = z.object({
  id: Id,
  state: SigningJob.shape.state,
  comparisonCode: z.string(),
  deviceName: z.string(),
  expiresAt: Instant,
  /** Why nothing was signed. */
  reason: z.string().optional(),
  /** Once the device has signed: ready for the acts that they are about. */
  signed: z.array(z.object({ statement: OfficerStatement, cms: Base64 })).optional(),
});
export type StatementOrder = z.infer<typeof StatementOrder>;

/** Officers’ statements signed by their own devices; what is then done with them is asked of the requests. */
export const statementRoutes = {
  credentials: route({
    method: 'GET',
    path: '/authority/api/credentials',
    summary: 'Keys of mine that devices hold now',
    caller: 'officer',
    answer: z.object({ credentials: z.array(Credential) }),
  }),
  order: route({
    method: 'POST',
    path: '/authority/api/statement-orders',
    summary: 'Have statements of mine signed by my device, under one consent',
    caller: 'officer',
    body: z.object({ credentialId: Sha256, statements: z.array(OfficerStatement).min(1).max(MAX_STATEMENTS) }),
    answer: StatementOrder,
  }),
  status: route({
    method: 'GET',
    path: '/authority/api/statement-orders/:id',
    summary: 'What became of an order of mine',
    caller: 'officer',
    params: z.object({ id: Id }),
    answer: StatementOrder,
  }),
  cancel: route({
    method: 'DELETE',
    path: '/authority/api/statement-orders/:id',
    summary: 'Take an order of mine back, unless it is signed already',
    caller: 'officer',
    params: z.object({ id: Id }),
    answer: z.object({}),
  }),
};
