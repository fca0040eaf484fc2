import { z } from 'zod';
import { Day, Id, Instant } from '../basics.ts';

/** What waits for somebody in the agency's register. */
export const CertificateTask = z.object({
  kind: z.enum([
    'state-needs',
    'review-needs',
    'question',
    'hand-over',
    'activate',
    'send-acts',
    'return-device',
    'renew',
    'assign-certificate',
    'choose-owner',
    'refused',
  ]),
  count: z.number().int(),
  /** The earliest day by which something of it should be done. */
  dueOn: Day.optional(),
});

export const Reminder = z.object({
  certificateId: Id,
  name: z.string(),
  agencyName: z.string(),
  notAfter: Instant,
  daysLeft: z.number().int(),
  /** Which of the days before the end raised it: 60, 30, 7. */
  threshold: z.number().int(),
  raisedAt: Instant,
});
