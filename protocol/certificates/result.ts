import { z } from 'zod';
import { Base64, Id, Instant, Sha256 } from '../basics.ts';
import { CertificateName } from './request.ts';

/** What an issuer says about one item. Items may be answered in any order, late, in parts and more than once. */
export const ItemResult = z.discriminatedUnion('status', [
  z.object({ itemId: Id, status: z.literal('received') }),
  z.object({ itemId: Id, status: z.literal('question'), questionId: Id, text: z.string().min(1).max(2000), at: Instant }),
  z.object({ itemId: Id, status: z.literal('approved'), at: Instant }),
  z.object({ itemId: Id, status: z.literal('refused'), code: z.string(), text: z.string().max(2000), at: Instant }),
  z.object({
    itemId: Id,
    status: z.literal('issued'),
    certificate: Base64,
    /** Issuers, nearest first, without the root. */
    chain: z.array(Base64).max(5),
    /** Serial number printed on the token, when there is one. */
    deviceSerial: z.string().max(64).optional(),
    at: Instant,
  }),
  z.object({ itemId: Id, status: z.literal('revoked'), certificate: CertificateName, at: Instant }),
  z.object({ itemId: Id, status: z.literal('recovered'), certificate: CertificateName, at: Instant }),
]);
export type ItemResult = z.infer<typeof ItemResult>;

/**
 * A batch of answers. In a file-based exchange the archive holds this as `result.json`, or only certificates: those are
 * matched by the SHA-256 of their SubjectPublicKeyInfo, never by name.
 */
export const RequestResult = z.object({
  type: z.literal('antin.certificate-result'),
  version: z.literal(1),
  requestId: Id,
  /** Grows with every batch of answers to this request; the same number again is the same batch. */
  sequence: z.number().int().min(1),
  at: Instant,
  items: z.array(ItemResult).max(5000),
});
export type RequestResult = z.infer<typeof RequestResult>;

/**
 * How answers are carried as a file. `sealed`: ASiC-E with CAdES under the issuer's own seal, over every file in it; whoever takes it
 * in judges it first, and a seal that does not hold is never ignored. `plain`: a ZIP of the same files, from issuers without a seal.
 */
export const RESULT_ARCHIVE = {
  sealed: { mediaType: 'application/vnd.etsi.asic-e+zip', ending: 'asice' },
  plain: { mediaType: 'application/zip', ending: 'zip' },
} as const;

/** What a connector can do; what it cannot is offered by form on paper. */
export const ConnectorCapabilities = z.object({
  /** `at-once`: answers when asked; `files`: what goes out and comes back are files carried by people. */
  transport: z.enum(['at-once', 'files']),
  acts: z.array(z.enum(['new', 'renew', 'change', 'revoke', 'recover-device'])),
  acceptsCsr: z.boolean(),
  makesKeysOnToken: z.boolean(),
  revokesOnline: z.boolean(),
  reportsStatus: z.boolean(),
  /** Whether answers carried as files must be sealed by their issuer; `when-present` when left out: a seal that is there must hold. */
  resultSeal: z.enum(['required', 'when-present']).optional(),
});
export type ConnectorCapabilities = z.infer<typeof ConnectorCapabilities>;

/** The SHA-256 of a SubjectPublicKeyInfo (DER). */
export const PublicKeyHash = Sha256;
