import { z } from 'zod';
import { Base64, Day, Id, Instant, Sha256 } from '../basics.ts';
import { CertificateName, RevocationCause } from '../certificates/request.ts';
import { route } from '../route.ts';
import { RequestState } from './request-list.ts';

/** `suspended` is certificateHold. */
export const IssuedState = z.enum(['valid', 'not-yet-valid', 'expired', 'revoked', 'suspended']);
export type IssuedState = z.infer<typeof IssuedState>;

export const IssuedRow = z.object({
  certificate: CertificateName,
  sha256: Sha256,
  profile: z.string(),
  /** Common name, or the whole name where there is none. */
  name: z.string(),
  /** `O` of the subject. */
  organisation: z.string().optional(),
  /** Managing agency of the request it answers; absent for certificates of the authority's own services. */
  agency: z.object({ code: z.string(), name: z.string() }).optional(),
  notBefore: Instant,
  notAfter: Instant,
  state: IssuedState,
  revokedAt: Instant.optional(),
  /** CRLReason. */
  reason: z.number().int().optional(),
  cause: z.string().optional(),
});
export type IssuedRow = z.infer<typeof IssuedRow>;

/** Filters of the register; the list, its export and its address in the console share them. */
export const IssuedFilters = z.object({
  /** Words of the subject, a serial number, a SHA-256 or a mail address. */
  q: z.string().max(200).optional(),
  /** `expiring`: still valid, for 60 days at most. */
  state: z.enum(['valid', 'expiring', 'expired', 'revoked', 'suspended']).optional(),
  profile: z.string().max(40).optional(),
  agency: z.string().max(35).optional(),
});
export type IssuedFilters = z.infer<typeof IssuedFilters>;

const Person = z.object({ id: Id, fullName: z.string() });

/** An act of an officer about the certificate or its request. */
export const CertificateAct = z.object({
  /** Absent where nothing was signed that could be carried away. */
  statement: z.string().optional(),
  act: z.string(),
  at: Instant,
  by: Person.optional(),
  bySender: z.string().optional(),
  signature: z.enum(['signed', 'unsigned', 'none']),
  note: z.string().optional(),
  requestId: Id.optional(),
});

/** Something that happened to the certificate, as the journal has it. */
export const CertificateHappening = z.object({
  /** Of the entry, for its proof. */
  number: z.number().int(),
  /** Its place in the tree; absent in the first moments. */
  leafIndex: z.number().int().optional(),
  at: Instant,
  kind: z.string(),
  by: z.string().optional(),
});

export const IssuedDetail = z.object({
  row: IssuedRow,
  issuedAt: Instant.optional(),
  issuerName: z.string(),
  /** The certificate. */
  der: Base64,
  /** OCSPResponse made or repeated now, as anybody gets it; absent where this authority offers none. */
  ocsp: Base64.optional(),
  request: z
    .object({
      id: Id,
      subject: z.string(),
      state: RequestState,
      act: z.string(),
      receivedAt: Instant,
      number: z.string().optional(),
    })
    .optional(),
  revokedBy: Person.optional(),
  acts: z.array(CertificateAct),
  happenings: z.array(CertificateHappening),
  /** Requests that are open about this certificate: renewal, change, revocation. */
  open: z.array(z.object({ id: Id, act: z.string(), state: RequestState })),
  /** What the caller may do now, by role, profile and state. */
  may: z.array(z.enum(['revoke', 'suspend', 'lift'])),
});
export type IssuedDetail = z.infer<typeof IssuedDetail>;

/**
 * What an officer signs who revokes a certificate without a request of its agency (the authority's own finding, a court, a lost
 * device by telephone); octets: its canonical JSON in UTF-8.
 */
export const RevocationStatement = z.object({
  type: z.literal('antin.revocation'),
  certificate: CertificateName,
  cause: RevocationCause,
  /** The first day from which the certificate must not be trusted. */
  since: Day.optional(),
  /** On what grounds: number and day of the document, who called. */
  reason: z.string().trim().min(3).max(500),
  officerId: Id,
  at: Instant,
});
export type RevocationStatement = z.infer<typeof RevocationStatement>;

export const SuspendedRow = z.object({
  certificate: CertificateName,
  name: z.string(),
  profile: z.string(),
  notAfter: Instant,
  suspendedAt: Instant,
  by: Person.optional(),
  reason: z.string().optional(),
  /** The caller suspended it, so somebody else must lift it. */
  mine: z.boolean(),
});

const params = CertificateName;

export const issuedRoutes = {
  list: route({
    method: 'GET',
    path: '/authority/api/certificates',
    summary: 'Issued certificates, newest first, with filters (every officer)',
    caller: 'officer',
    query: IssuedFilters.extend({
      after: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ items: z.array(IssuedRow), next: z.string().optional() }),
  }),
  suspended: route({
    method: 'GET',
    path: '/authority/api/suspensions',
    summary: 'Certificates that are suspended now, and profiles that allow it (every officer)',
    caller: 'officer',
    answer: z.object({ items: z.array(SuspendedRow), profiles: z.array(z.string()) }),
  }),
  detail: route({
    method: 'GET',
    path: '/authority/api/certificates/:issuerSha256/:serialHex',
    summary:
      'One certificate: its fields, its status as OCSP says it now, where it comes from, what happened to it (every officer)',
    caller: 'officer',
    params,
    answer: IssuedDetail,
  }),
  file: route({
    method: 'GET',
    path: '/authority/api/certificates/:issuerSha256/:serialHex/file',
    summary: 'The certificate, DER (every officer)',
    caller: 'officer',
    params,
    answer: z.unknown(),
    otherAnswers: ['application/pkix-cert'],
  }),
  statement: route({
    method: 'GET',
    path: '/authority/api/signed-acts/:id/statement.asics',
    summary: 'What an officer signed with its signature, as ASiC-S with CAdES (every officer)',
    caller: 'officer',
    params: z.object({ id: z.string().regex(/^[aj]\d{1,15}$/) }),
    answer: z.unknown(),
    otherAnswers: ['application/vnd.etsi.asic-s+zip'],
  }),
  revoke: route({
    method: 'POST',
    path: '/authority/api/certificates/revocation',
    summary: 'Revoke a certificate at once with its legal cause, without a request of its agency: one officer (revocation)',
    caller: 'officer',
    body: z.object({ statement: RevocationStatement, cms: Base64.optional() }),
    answer: z.object({ certificate: CertificateName, status: z.literal('revoked') }),
  }),
};
