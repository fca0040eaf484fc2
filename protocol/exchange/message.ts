import { z } from 'zod';
import { Base64, Day, Id, Instant, Sha256 } from '../basics.ts';
import { Urgency } from '../office/documents.ts';

/** A document on its way to one agency. The id is the key of idempotence: the same message again gets the same receipt. */
export const ExchangeMessage = z.object({
  id: Id,
  /** Position in the sender's sequence towards this receiver; gaps are visible. */
  sequence: z.number().int().min(1),
  senderAgencyId: Id,
  receiverAgencyId: Id,
  /** The closed agency that was addressed, when this is its successor. */
  addressedAgencyId: Id.optional(),
  sentAt: Instant,
  document: z.object({
    id: Id,
    typeName: z.string(),
    numberAndNotation: z.string(),
    date: Day,
    subject: z.string(),
    urgency: Urgency,
    signerName: z.string(),
    signerTitle: z.string(),
    files: z
      .array(
        z.object({
          role: z.enum(['main', 'annex']),
          name: z.string(),
          mediaType: z.string(),
          size: z.number().int(),
          sha256: Sha256,
        }),
      )
      .min(1),
  }),
});
export type ExchangeMessage = z.infer<typeof ExchangeMessage>;

/** R1 (arrived: stored durably) and R2 (registered) of the receiver, signed by the receiving system's key. */
export const Receipt = z.object({
  kind: z.enum(['R1', 'R2', 'refused', 'assigned', 'done']),
  messageId: Id,
  sequence: z.number().int(),
  senderAgencyId: Id,
  receiverAgencyId: Id,
  contentSha256: Sha256,
  at: Instant,
  incomingNumber: z.number().int().optional(),
  refusal: z.object({ code: z.string(), note: z.string() }).optional(),
});
export type Receipt = z.infer<typeof Receipt>;

/** A receipt with the Ed25519 signature over its canonical JSON (RFC 8785). */
export const SignedReceipt = z.object({ receipt: Receipt, keyId: z.string(), signature: Base64 });
export type SignedReceipt = z.infer<typeof SignedReceipt>;
