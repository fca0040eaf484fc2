import { z } from 'zod';
import { Base64, Id, Instant } from '../basics.ts';
import { CertificateName } from '../certificates/request.ts';
import { route } from '../route.ts';

/** What an officer signs when a certificate is suspended or the suspension lifted; octets: its canonical JSON in UTF-8. */
export const SuspensionStatement = z.object({
  type: z.literal('antin.suspension'),
  certificate: CertificateName,
  act: z.enum(['suspend', 'lift']),
  reason: z.string().trim().min(1).max(500),
  officerId: Id,
  at: Instant,
});
export type SuspensionStatement = z.infer<typeof SuspensionStatement>;

const body = z.object({ statement: SuspensionStatement, cms: Base64.optional() });

export const suspensionRoutes = {
  suspend: route({
    method: 'POST',
    path: '/authority/api/suspensions',
    summary: 'Suspend a certificate at once, where its profile allows it: one officer (revocation)',
    caller: 'officer',
    body,
    answer: z.object({ certificate: CertificateName, status: z.literal('suspended') }),
  }),
  lift: route({
    method: 'POST',
    path: '/authority/api/suspensions/lifting',
    summary: 'Lift a suspension: by another officer than the one who suspended (revocation)',
    caller: 'officer',
    body,
    answer: z.object({ certificate: CertificateName, status: z.literal('lifted') }),
  }),
};
