import { z } from 'zod';
import { BothLanguages, Day, Id, Instant, Sha256 } from '../basics.ts';
import { RevocationCause } from '../certificates/request.ts';
import { DeviceKind, Subject } from '../certificates/subject.ts';
import { route } from '../route.ts';
import { ImportRow, OwnerCandidate } from './certificate-import.ts';
import { CertificateTask, Reminder } from './certificate-tasks.ts';
import { KeyDevice, KeyDeviceState } from './key-devices.ts';
import { SigningJob } from './signing.ts';

/** requested → approved → issued → handed-over → active → expired | revoked | replaced; `expiring` is active near its end. */
export const CertificateState = z.enum([
  'requested',
  'approved',
  'issued',
  'handed-over',
  'active',
  'expiring',
  'expired',
  'revoked',
  'replaced',
  'refused',
]);
export type CertificateState = z.infer<typeof CertificateState>;

export const Form = z.enum(['01', '02', '03']);
export type Form = z.infer<typeof Form>;

/** What is asked of the issuer about a certificate that exists. */
export const CertificateActKind = z.enum(['renew', 'change', 'revoke', 'recover-device']);
export type CertificateActKind = z.infer<typeof CertificateActKind>;

/** prepared (may be withdrawn) → sent → question ⇄ sent → approved → done | refused; or withdrawn. */
export const CertificateActState = z.enum(['prepared', 'sent', 'question', 'approved', 'done', 'refused', 'withdrawn']);

export const CertificateAct = z.object({
  id: Id,
  act: CertificateActKind,
  state: CertificateActState,
  cause: RevocationCause.optional(),
  reason: z.string().optional(),
  askedAt: Instant,
  askedBy: z.string(),
  /** Last working day on which the issuer should have done it. */
  dueOn: Day.optional(),
  requestId: Id.optional(),
  answer: z.string().optional(),
});
export type CertificateAct = z.infer<typeof CertificateAct>;

/** One line of the register: who holds what on which device. */
export const CertificateRow = z.object({
  id: Id,
  form: Form,
  name: z.string(),
  title: z.string().optional(),
  unit: z.string().optional(),
  agencyId: Id,
  agencyName: z.string(),
  state: CertificateState,
  serialHex: z.string().optional(),
  notBefore: Instant.optional(),
  notAfter: Instant.optional(),
  deviceKind: DeviceKind,
  deviceSerial: z.string().optional(),
  deviceState: KeyDeviceState.optional(),
  /** What is being asked of the issuer now. */
  pending: CertificateActKind.optional(),
  renewals: z.number().int(),
  version: z.number().int(),
  /** Taken in from a file, and nobody said yet whose it is. */
  ownerUnknown: z.literal(true).optional(),
});
export type CertificateRow = z.infer<typeof CertificateRow>;

export const HandOver = z.object({
  id: Id,
  certificateId: Id,
  state: z.enum(['prepared', 'signed', 'cancelled']),
  receiver: z.string(),
  giver: z.string(),
  preparedAt: Instant,
  signedAt: Instant.optional(),
  /** The record as prepared, and as signed by the receiver with the new key. */
  recordSha256: Sha256,
  signedSha256: Sha256.optional(),
});
export type HandOver = z.infer<typeof HandOver>;

/** An act of the page: allowed now, or why not (a code of the catalogue). */
export const OfferedAct = z.object({
  act: z.enum([
    'renew',
    'change',
    'revoke',
    'recover-device',
    'hand-over',
    'activate',
    'return-device',
    'report-device',
    'change-owner',
  ]),
  allowed: z.boolean(),
  why: z.string().optional(),
});

export const CertificateView = CertificateRow.extend({
  /** Whose it is according to the directory, for one that was taken in: its own name may be another. */
  owner: z.string().optional(),
  subject: Subject.optional(),
  /** What the directory knows of the subscriber of one that was taken in without its subject: to begin a change of it with. */
  suggested: z.record(z.string(), z.string()).optional(),
  issuer: z.string().optional(),
  sha256: Sha256.optional(),
  publicKeySha256: Sha256.optional(),
  device: KeyDevice.optional(),
  requestedAt: Instant.optional(),
  issuedAt: Instant.optional(),
  activatedAt: Instant.optional(),
  endedAt: Instant.optional(),
  endCause: z.string().optional(),
  replaces: Id.optional(),
  replacedBy: Id.optional(),
  acts: z.array(CertificateAct),
  handOvers: z.array(HandOver),
  offered: z.array(OfferedAct),
  history: z.array(
    z.object({ at: Instant, event: z.string(), who: z.string(), detail: z.record(z.string(), z.string()).optional() }),
  ),
});
export type CertificateView = z.infer<typeof CertificateView>;

/** A limit of law or of the agency, from a day on. */
export const DatedLimit = z.object({
  key: z.string(),
  value: z.number().int(),
  from: Day,
  source: BothLanguages,
});

const ById = z.object({ id: Id });
const Keyset = { after: z.string().max(400).optional(), size: z.coerce.number().int().min(1).max(200).default(50) };

export const CertificateFilter = z.object({
  /** Words anywhere in name, unit, mail, serial numbers; folded, each word from its beginning. */
  q: z.string().max(200).optional(),
  form: Form.optional(),
  state: CertificateState.optional(),
  /** This agency and everything under it; the caller's own when left out. */
  under: Id.optional(),
  /** Only this agency, nothing under it. */
  agencyId: Id.optional(),
  expiresFrom: Day.optional(),
  expiresBefore: Day.optional(),
  /** `unknown`: only those that were taken in and nobody said yet whose they are; `known`: without them. */
  owner: z.enum(['known', 'unknown']).optional(),
});

/** What is asked. `revoke` names its legal cause (Decree 68/2024 Art. 17). */
export const AskAct = z.discriminatedUnion('act', [
  z.object({ act: z.literal('renew') }),
  z.object({ act: z.literal('change'), subject: Subject, reason: z.string().trim().min(3).max(500) }),
  z.object({
    act: z.literal('revoke'),
    cause: RevocationCause,
    since: Day.optional(),
    reason: z.string().trim().max(500).optional(),
  }),
  z.object({ act: z.literal('recover-device'), reason: z.string().trim().min(3).max(500) }),
]);
export type AskAct = z.infer<typeof AskAct>;

export const certificateRoutes = {
  list: route({
    method: 'GET',
    path: '/api/certificates',
    summary: 'The register of my agency and those under it, page by page',
    caller: 'person',
    query: CertificateFilter.extend({ sort: z.enum(['name', 'expiry']).default('name'), ...Keyset }),
    answer: z.object({ items: z.array(CertificateRow), next: z.string().optional() }),
  }),
  mine: route({
    method: 'GET',
    path: '/api/certificates/mine',
    summary: 'Certificates of which I am the subscriber, the one that ends last first',
    caller: 'person',
    answer: z.object({ items: z.array(CertificateRow) }),
  }),
  counts: route({
    method: 'GET',
    path: '/api/certificates/counts',
    summary: 'How many certificates stand in each state',
    caller: 'person',
    query: z.object({ under: Id.optional() }),
    answer: z.object({ states: z.partialRecord(CertificateState, z.number().int()), total: z.number().int() }),
  }),
  tasks: route({
    method: 'GET',
    path: '/api/certificates/tasks',
    summary: 'What waits for me as certificate officer',
    caller: 'person',
    answer: z.object({ tasks: z.array(CertificateTask) }),
  }),
  forecast: route({
    method: 'GET',
    path: '/api/certificates/forecast',
    summary: 'How many certificates end in each month',
    caller: 'person',
    query: z.object({ under: Id.optional(), months: z.coerce.number().int().min(1).max(60).default(24) }),
    answer: z.object({ months: z.array(z.object({ month: z.string(), count: z.number().int() })) }),
  }),
  forecastUnits: route({
    method: 'GET',
    path: '/api/certificates/forecast/:month',
    summary: 'Whose certificates end in that month, by agency',
    caller: 'person',
    params: z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/) }),
    query: z.object({ under: Id.optional(), ...Keyset }),
    answer: z.object({
      units: z.array(z.object({ agencyId: Id, agencyName: z.string(), count: z.number().int() })),
      next: z.string().optional(),
    }),
  }),
  forecastExport: route({
    method: 'GET',
    path: '/api/certificates/forecast-table',
    summary: 'How many certificates end, by month and agency, as CSV or XLSX',
    caller: 'person',
    query: z.object({
      under: Id.optional(),
      months: z.coerce.number().int().min(1).max(60).default(24),
      format: z.enum(['csv', 'xlsx']).default('csv'),
    }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  }),
  reminders: route({
    method: 'GET',
    path: '/api/certificates/reminders',
    summary: 'Certificates that end soon, as reminded 60, 30 and 7 days before',
    caller: 'person',
    query: z.object(Keyset),
    answer: z.object({ items: z.array(Reminder), next: z.string().optional() }),
  }),
  limits: route({
    method: 'GET',
    path: '/api/certificates/limits',
    summary: 'Limits in force today with their source, those of other days, and the days that are not what their weekday says',
    caller: 'person',
    answer: z.object({
      limits: z.array(DatedLimit),
      /** Not in force any more, or not yet. */
      others: z.array(DatedLimit).default([]),
      /** In the year from today: weekdays off, and Saturdays and Sundays worked in exchange. */
      calendar: z.array(z.object({ day: Day, kind: z.enum(['off', 'work']) })).default([]),
    }),
  }),
  export: route({
    method: 'GET',
    path: '/api/certificates/export',
    summary: 'What the filter finds, whole, as CSV or XLSX',
    caller: 'person',
    query: CertificateFilter.extend({ format: z.enum(['csv', 'xlsx']).default('csv') }),
    answer: z.unknown(),
    otherAnswers: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  }),
  bulk: route({
    method: 'POST',
    path: '/api/certificates/bulk',
    summary: 'Ask the same for many certificates; each is decided by itself',
    caller: 'person',
    body: z.object({ ids: z.array(Id).min(1).max(5000), ask: AskAct }),
    answer: z.object({
      asked: z.array(z.object({ certificateId: Id, actId: Id })),
      refused: z.array(z.object({ certificateId: Id, code: z.string() })),
    }),
  }),
  import: route({
    method: 'PUT',
    path: '/api/certificates/import',
    summary: 'Existing certificates (DER, PEM or a ZIP of them), bound by issuer and serial number; row by row',
    caller: 'person',
    rawBody: 'application/octet-stream',
    answer: z.object({ rows: z.array(ImportRow), bound: z.number().int(), errors: z.number().int() }),
  }),
  owners: route({
    method: 'GET',
    path: '/api/certificates/:id/owners',
    summary: 'Who bears the name of an imported certificate that is nobody’s yet',
    caller: 'person',
    params: ById,
    answer: z.object({ name: z.string(), candidates: z.array(OwnerCandidate) }),
  }),
  assignImported: route({
    method: 'POST',
    path: '/api/certificates/:id/owner',
    summary: 'Say whose an imported certificate is',
    caller: 'person',
    params: ById,
    body: z.union([z.object({ personId: Id }), z.object({ agencyId: Id })]),
    answer: CertificateView,
  }),
  changeOwner: route({
    method: 'PUT',
    path: '/api/certificates/:id/owner',
    summary: 'Say that an imported certificate is somebody else’s than was said before',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      owner: z.union([z.object({ personId: Id }), z.object({ agencyId: Id })]),
    }),
    answer: CertificateView,
  }),
  view: route({
    method: 'GET',
    path: '/api/certificates/:id',
    summary: 'One certificate with its device, acts and history',
    caller: 'person',
    params: ById,
    answer: CertificateView,
  }),
  ask: route({
    method: 'POST',
    path: '/api/certificates/:id/acts',
    summary: 'Ask for renewal, change, revocation or recovery of the device',
    caller: 'person',
    params: ById,
    body: z.object({ version: z.number().int(), ask: AskAct }),
    answer: CertificateView,
  }),
  withdrawAct: route({
    method: 'DELETE',
    path: '/api/certificate-acts/:id',
    summary: 'Withdraw what was asked, before it is sent',
    caller: 'person',
    params: ById,
    answer: CertificateView,
  }),
  actForm: route({
    method: 'GET',
    path: '/api/certificate-acts/:id/form',
    summary: 'The form of what is asked, to be printed and signed',
    caller: 'person',
    params: ById,
    answer: z.unknown(),
    otherAnswers: ['application/pdf'],
  }),
  handOver: route({
    method: 'POST',
    path: '/api/certificates/:id/hand-over',
    summary: 'Prepare the hand-over record of the device',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      deviceSerial: z.string().trim().min(1).max(64),
      model: z.string().trim().max(80).optional(),
      /** The person who takes it and signs with the new key: subscriber, or keeper of the organisation's device. */
      receiverId: Id,
      note: z.string().trim().max(500).optional(),
    }),
    answer: HandOver,
  }),
  handOverRecord: route({
    method: 'GET',
    path: '/api/hand-overs/:id/record',
    summary: 'The hand-over record as PDF: as signed when it is signed',
    caller: 'person',
    params: ById,
    answer: z.unknown(),
    otherAnswers: ['application/pdf'],
  }),
  signHandOver: route({
    method: 'POST',
    path: '/api/hand-overs/:id/sign',
    summary: 'Sign the record on my device with the key that I received',
    caller: 'person',
    params: ById,
    body: z.object({ credentialId: Sha256 }),
    answer: SigningJob,
  }),
  putSignedHandOver: route({
    method: 'PUT',
    path: '/api/hand-overs/:id/signed',
    summary: 'The record, signed with the new key by another program',
    caller: 'person',
    params: ById,
    rawBody: 'application/pdf',
    answer: CertificateView,
  }),
  cancelHandOver: route({
    method: 'DELETE',
    path: '/api/hand-overs/:id',
    summary: 'Take a record back that was not signed',
    caller: 'person',
    params: ById,
    answer: CertificateView,
  }),
  myHandOvers: route({
    method: 'GET',
    path: '/api/hand-overs',
    summary: 'Records that wait for my signature',
    caller: 'person',
    answer: z.object({ items: z.array(HandOver.extend({ name: z.string(), certificateSha256: Sha256 })) }),
  }),
  devices: route({
    method: 'GET',
    path: '/api/key-devices',
    summary: 'Key devices of my agency and those under it',
    caller: 'person',
    query: z.object({ q: z.string().max(100).optional(), state: KeyDeviceState.optional(), under: Id.optional(), ...Keyset }),
    answer: z.object({ items: z.array(KeyDevice), next: z.string().optional() }),
  }),
  reportDevice: route({
    method: 'POST',
    path: '/api/key-devices/:id/reports',
    summary: 'Locked, lost, broken, found again, returned',
    caller: 'person',
    params: ById,
    body: z.object({
      version: z.number().int(),
      report: z.enum(['locked', 'lost', 'broken', 'found', 'returned', 'recovered']),
      note: z.string().trim().max(500).optional(),
    }),
    answer: KeyDevice,
  }),
};
