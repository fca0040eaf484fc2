import { z } from 'zod';

/** Visible ASCII: a NUL or half a surrogate is no text that a database keeps. */
const Contact = z.string().regex(/^mailto:[!-+\-->@-~]{3,200}$/);

/** Payloads of RFC 8555 §7.3, §7.4, §7.6; members we do not know are no business of ours. */
export const AccountWish = z.object({
  contact: z.array(Contact).max(5).optional(),
  onlyReturnExisting: z.boolean().optional(),
  externalAccountBinding: z.unknown().optional(),
  status: z.literal('deactivated').optional(),
});

const Name = z.string().regex(/^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/);
export const OrderWish = z.object({
  identifiers: z
    .array(z.object({ type: z.literal('dns'), value: Name }))
    .min(1)
    .max(50),
  notBefore: z.string().optional(),
  notAfter: z.string().optional(),
});

export const FinalizeWish = z.object({ csr: z.string().regex(/^[A-Za-z0-9_-]{1,30000}$/) });

export const RevokeWish = z.object({
  certificate: z.string().regex(/^[A-Za-z0-9_-]{1,30000}$/),
  reason: z.number().int().min(0).max(10).optional(),
});
