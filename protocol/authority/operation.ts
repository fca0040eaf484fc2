import { z } from 'zod';
import { Base64, Day, Instant, Sha256 } from '../basics.ts';
import { route } from '../route.ts';

const RevocationListState = z.object({
  /** -1: the full list. */
  shard: z.number().int(),
  number: z.number().int().optional(),
  thisUpdate: Instant.optional(),
  nextUpdate: Instant.optional(),
  entries: z.number().int(),
  buildAt: Instant,
  failed: z.string().optional(),
});

/** A CA as the console shows it: one certificate of a series, and what it still signs. */
export const CaGeneration = z.object({
  sha256: Sha256,
  series: z.string(),
  generation: z.number().int(),
  name: z.string(),
  state: z.enum(['prepared', 'active', 'status-only', 'retired']),
  subject: z.string(),
  serialHex: z.string(),
  keyKind: z.string(),
  keyId: z.string(),
  parent: z.string().optional(),
  notBefore: Instant,
  notAfter: Instant,
  preparedAt: Instant,
  activatedAt: Instant.optional(),
  supersededAt: Instant.optional(),
  retiredAt: Instant.optional(),
  /** Profiles it issues under now. */
  profiles: z.array(z.string()),
  /** Certificates of it that have not expired, and the day the last of them does. */
  inForce: z.number().int(),
  lastNeeded: Instant.optional(),
  list: RevocationListState.optional(),
  /** Parts of the list under addresses of their own. */
  shards: z.object({ count: z.number().int(), nextUpdate: Instant.optional(), failed: z.number().int() }),
  links: z.array(z.object({ kind: z.enum(['new-with-old', 'old-with-new']), other: z.string(), der: Base64 })),
});
export type CaGeneration = z.infer<typeof CaGeneration>;

/** How one service stands, by evidence. */
export const ServiceTone = z.enum(['good', 'warn', 'bad', 'unknown']);
export type ServiceTone = z.infer<typeof ServiceTone>;

/**
 * One line of the page of services. `code` keys the sentence, `facts` fill it; instants and counts, no words.
 */
export const ServiceState = z.object({
  service: z.enum(['lists', 'ocsp', 'time-stamps', 'journal', 'copy', 'signers', 'reconciler']),
  tone: ServiceTone,
  code: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ServiceState = z.infer<typeof ServiceState>;

export const CalendarDay = z.object({
  day: Day,
  kind: z.enum(['off', 'work']),
  source: z.string().trim().min(3).max(300),
});

export const Limit = z.object({ name: z.string(), from: Day, value: z.number().int(), source: z.string() });

export const operationRoutes = {
  cas: route({
    method: 'GET',
    path: '/authority/api/cas',
    summary: 'Every generation of every CA with its lists, links and state (every officer)',
    caller: 'officer',
    answer: z.object({ items: z.array(CaGeneration) }),
  }),
  services: route({
    method: 'GET',
    path: '/authority/api/services',
    summary: 'Whether lists, OCSP, time-stamps, journal and signers work, by evidence (every officer)',
    caller: 'officer',
    answer: z.object({ at: Instant, services: z.array(ServiceState) }),
  }),
  calendar: route({
    method: 'GET',
    path: '/authority/api/calendar',
    summary: 'Days that are not what their weekday says, and dated limits with their source (every officer)',
    caller: 'officer',
    answer: z.object({
      today: Day,
      days: z.array(CalendarDay),
      /** `MM-dd`, off every year by law. */
      everyYear: z.array(z.string()),
      limits: z.array(Limit),
    }),
  }),
  setDay: route({
    method: 'POST',
    path: '/authority/api/calendar/days',
    summary: 'Say that a day is off or worked, with its source; due days of open requests follow (operation)',
    caller: 'officer',
    body: CalendarDay,
    answer: z.object({ day: Day, moved: z.number().int() }),
  }),
  removeDay: route({
    method: 'DELETE',
    path: '/authority/api/calendar/days/:day',
    summary: 'Take a day that has not come back to what its weekday says (operation)',
    caller: 'officer',
    params: z.object({ day: Day }),
    answer: z.object({ day: Day, moved: z.number().int() }),
  }),
};
