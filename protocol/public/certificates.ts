import { z } from 'zod';
import { Instant, Sha256 } from '../basics.ts';
import { route } from '../route.ts';

/** Exactly one of `serial`, `fingerprint`, `mail` and `words`; pages follow each other by `after`. */
export const CertificateSearch = z
  .object({
    /** Serial number, hexadecimal. */
    serial: z
      .string()
      .regex(/^([0-9a-f]{2}){1,20}$/)
      .optional(),
    /** SHA-256 of the certificate. */
    fingerprint: Sha256.optional(),
    /** The whole address as it stands in the certificate, without regard to case. */
    mail: z.string().min(3).max(320).optional(),
    /** Beginnings of words of the subject, in any order, with or without Vietnamese marks. */
    words: z.string().min(2).max(200).optional(),
    /** `next` of the page before. */
    after: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  })
  .refine((one) => [one.serial, one.fingerprint, one.mail, one.words].filter((value) => value !== undefined).length === 1, {
    message: 'certificates.one-criterion',
  });

/** A certificate as anybody may see it: without the numbers of persons. */
export const PublishedCertificate = z.object({
  issuerSha256: Sha256,
  serialHex: z.string(),
  fingerprint: Sha256,
  subject: z.string(),
  notBefore: Instant,
  notAfter: Instant,
  /** `suspended` is certificateHold. */
  state: z.enum(['valid', 'not-yet-valid', 'expired', 'revoked', 'suspended']),
  revokedAt: Instant.optional(),
  /** CRLReason. */
  reason: z.number().int().optional(),
  /** Where DER (`.cer`) is; PEM under `.pem`. Absent when a person's number stands in it. */
  download: z.string().optional(),
});
export type PublishedCertificate = z.infer<typeof PublishedCertificate>;

export const certificateSearchRoutes = {
  certificates: route({
    method: 'GET',
    path: '/authority/certificates',
    summary: 'Searches published certificates by number, fingerprint, mail or words of the subject',
    caller: 'public',
    query: CertificateSearch,
    answer: z.object({ items: z.array(PublishedCertificate), next: z.string().optional() }),
  }),
  certificate: route({
    method: 'GET',
    path: '/authority/certificates/:file',
    summary: 'One published certificate: <SHA-256>.cer is DER, <SHA-256>.pem is PEM',
    caller: 'public',
    params: z.object({ file: z.string().regex(/^[0-9a-f]{64}\.(cer|pem)$/) }),
    otherAnswers: ['application/pkix-cert', 'application/x-pem-file'],
    answer: z.unknown(),
  }),
};
