import { z } from 'zod';
import { Id, Instant } from '../basics.ts';
import { route } from '../route.ts';

/** A token agent paired with my account. */
export const Device = z.object({
  id: Id,
  name: z.string(),
  holder: z.enum(['practice', 'token']),
  pairedAt: Instant,
  lastSeenAt: Instant.optional(),
  online: z.boolean(),
  certificates: z.array(z.object({ subject: z.string(), serialHex: z.string(), notAfter: Instant })),
});
export type Device = z.infer<typeof Device>;

export const deviceRoutes = {
  list: route({
    method: 'GET',
    path: '/api/devices',
    summary: 'My signing devices',
    caller: 'person',
    answer: z.object({ devices: z.array(Device) }),
  }),
  confirm: route({
    method: 'POST',
    path: '/api/devices',
    summary: 'Pair the agent that shows this code (device flow, RFC 8628)',
    caller: 'person',
    body: z.object({ userCode: z.string().regex(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/) }),
    answer: Device,
  }),
  remove: route({
    method: 'DELETE',
    path: '/api/devices/:id',
    summary: 'Unpair',
    caller: 'person',
    params: z.object({ id: Id }),
    answer: z.object({}),
  }),
};
