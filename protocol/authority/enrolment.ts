import { z } from 'zod';
import { Day, Id, Instant } from '../basics.ts';
import { route } from '../route.ts';

/** An account of a machine that fetches and renews its certificates by itself (EST, ACME), within an approved Form 03. */
export const MachineAccount = z.object({
  id: Id,
  /** User name of EST, key identifier of ACME's external account binding. */
  kid: z.string(),
  itemId: Id,
  subject: z.string(),
  agencyName: z.string(),
  hostNames: z.array(z.string()),
  openedAt: Instant,
  expiresAt: Instant,
  state: z.enum(['open', 'closed', 'expired']),
});
export type MachineAccount = z.infer<typeof MachineAccount>;

const params = z.object({ id: Id });

export const enrolmentRoutes = {
  list: route({
    method: 'GET',
    path: '/authority/api/machine-accounts',
    summary: 'Accounts of machines, newest first (every officer)',
    caller: 'officer',
    answer: z.object({ items: z.array(MachineAccount) }),
  }),
  open: route({
    method: 'POST',
    path: '/authority/api/machine-accounts',
    summary: 'Open an account for an approved device or service; its secret is told once (issuance, not the approver)',
    caller: 'officer',
    body: z.object({ itemId: Id, until: Day }),
    answer: z.object({
      account: MachineAccount,
      /** base64url, as EST's password and as ACME's HMAC key. */
      secret: z.string(),
      est: z.string(),
      acme: z.string(),
    }),
  }),
  close: route({
    method: 'DELETE',
    path: '/authority/api/machine-accounts/:id',
    summary: 'Close an account: nothing is issued for it any more (issuance, revocation)',
    caller: 'officer',
    params,
    answer: z.object({}),
  }),
};
