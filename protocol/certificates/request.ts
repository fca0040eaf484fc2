import { z } from 'zod';
import { Base64, Day, Id, Instant, Sha256 } from '../basics.ts';
import { line, lines, withoutUnseen } from './line.ts';
import { DeviceKind, ManagingAgency, Subject } from './subject.ts';

/** Legal causes of a revocation (Decree 68/2024 Art. 17), each with the CRLReason that stands for it. */
export const RevocationCause = z.enum([
  'key-compromised',
  'key-suspected',
  'device-lost',
  'device-broken',
  'requested-by-prosecution',
  'requested-by-agency',
  'post-changed',
  'retired',
  'resigned',
  'died',
  'organisation-dissolved',
  'organisation-split',
  'organisation-merged',
  'device-stopped',
  'information-changed',
  'superseded',
]);
export type RevocationCause = z.infer<typeof RevocationCause>;

/** An existing certificate, by what cannot be mistaken: SHA-256 of the issuer's certificate, and serial number. */
export const CertificateName = z.object({
  issuerSha256: Sha256,
  serialHex: z.string().regex(/^([0-9a-f]{2}){1,20}$/),
});
export type CertificateName = z.infer<typeof CertificateName>;

const item = { id: Id, managingAgency: ManagingAgency };
const subscriber = { subject: Subject, device: DeviceKind };
/** Whose certificate it is, as the sender's register says: people read it, the issuer holds it against the certificate. */
const Holder = line(200);
const Reason = lines(500);

const itemWith = (holder: z.ZodOptional<z.ZodType<string, string>>, reason: z.ZodType<string, string>) =>
  z.discriminatedUnion('act', [
    z.object({
      act: z.literal('new'),
      ...item,
      ...subscriber,
      /** PKCS#10, DER, exactly when `device` is `pkcs10`. */
      csr: Base64.optional(),
      attachments: z.array(Sha256).max(20),
      validityYears: z.number().int().min(1).max(5).optional(),
    }),
    z.object({ act: z.literal('renew'), ...item, certificate: CertificateName, holder, attachments: z.array(Sha256).max(20) }),
    z.object({
      act: z.literal('change'),
      ...item,
      ...subscriber,
      certificate: CertificateName,
      csr: Base64.optional(),
      attachments: z.array(Sha256).max(20),
    }),
    z.object({
      act: z.literal('revoke'),
      ...item,
      certificate: CertificateName,
      holder,
      cause: RevocationCause,
      /** The first day from which the certificate must not be trusted, when it is earlier than the decision. */
      since: Day.optional(),
      attachments: z.array(Sha256).max(20),
    }),
    /** PIN reset / recovery of the key device: done by the issuer only (domain.md §1.3). */
    z.object({
      act: z.literal('recover-device'),
      ...item,
      certificate: CertificateName,
      holder,
      reason,
      attachments: z.array(Sha256).max(20),
    }),
  ]);

/** What is asked for one subscriber. Attachments are named by hash and travel beside the request. */
export const RequestItem = itemWith(Holder.optional(), Reason);
/** The same read back from where it was kept: one of before the rules of `line` is shown as people see it. */
export const KeptItem = itemWith(
  z
    .string()
    .transform((text) => withoutUnseen(text))
    .optional(),
  z.string().transform((text) => withoutUnseen(text, 'lines')),
);
export type RequestItem = z.infer<typeof RequestItem>;
export type RequestAct = RequestItem['act'];

/** Of the covering document, as somebody types it; nothing typed is none. */
export const CoveringNumber = z
  .union([
    z
      .string()
      .trim()
      .length(0)
      .transform(() => undefined),
    line(60),
  ])
  .optional();

/** Most items of one consolidated request; larger rounds send several. */
export const MAX_ITEMS = 5000;

/**
 * One request of a province, ministry or agency for many subscribers. Signed as the octets of its canonical JSON
 * (`canonicalJson`, RFC 8785), so that sender and issuer hash the same text.
 */
export const ConsolidatedRequest = z.object({
  type: z.literal('antin.certificate-request'),
  version: z.literal(1),
  /** Given by the sender; with `from.code` the idempotency key of a submission. */
  id: Id,
  /** Number and notation of the covering document, when it has one. */
  number: line(60).optional(),
  round: z.object({ id: Id, name: line(200) }).optional(),
  from: ManagingAgency,
  createdAt: Instant,
  items: z.array(RequestItem).min(1).max(MAX_ITEMS),
});
export type ConsolidatedRequest = z.infer<typeof ConsolidatedRequest>;
