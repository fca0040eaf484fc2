import { z } from 'zod';
import { Day, Id } from '../basics.ts';
import { DeviceKind } from '../certificates/subject.ts';

/** Where a key device is: in the agency's cupboard, with its subscriber, at the issuer, or nowhere any more. */
export const KeyDeviceState = z.enum(['in-stock', 'with-subscriber', 'locked', 'lost', 'broken', 'to-return', 'returned']);
export type KeyDeviceState = z.infer<typeof KeyDeviceState>;

export const KeyDevice = z.object({
  id: Id,
  serial: z.string(),
  kind: DeviceKind,
  model: z.string().optional(),
  state: KeyDeviceState,
  agencyId: Id,
  /** Who has it in hand: a name, the agency, or the issuer. */
  withWhom: z.string(),
  /** Last working day for giving it back. */
  returnBy: Day.optional(),
  version: z.number().int(),
});
export type KeyDevice = z.infer<typeof KeyDevice>;
