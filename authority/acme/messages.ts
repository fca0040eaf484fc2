import { z } from 'zod';
import { AcmeRefusal } from './doors.ts';

/** Visible ASCII: a NUL or half a surrogate is no text that a database keeps. */
const Contact = z.string().regex(/^mailto:[!-+\-->@-~]{3,200}$/);

/** Payloads of RFC 8555 §7.3, §7.4, §7.6; members we do not know are no business of ours. */
export const AccountWish = z.object({
  contact: z.array(Contact).max(5).optional(),
  onlyReturnExisting: z.boolean().optional(),
  externalAccountBinding: z.unknown().optional(),
  status: z.literal('deactivated').optional(),
});

export const KeyChange = z.object({ account: z.string().max(500), oldKey: z.unknown() });

/** RFC 3339 with a zone: `new Date` alone would take much more for a day. */
const Moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
export const OrderWish = z.object({
  identifiers: z
    .array(z.object({ type: z.string().max(50), value: z.string().max(300) }))
    .min(1)
    .max(50),
  notBefore: Moment.optional(),
  notAfter: Moment.optional(),
  /** RFC 9773 §5: key identifier of the issuer and serial number, each base64url. */
  replaces: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,40}$/)
    .optional(),
});

const NAME = /^(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})+$/;

/**
 * Host names of an order, lower case, each once, sorted.
 *
 * @throws {AcmeRefusal} `unsupportedIdentifier` for another kind, `rejectedIdentifier` for a wild card, `malformed` for no name
 */
export function namesOf(identifiers: z.output<typeof OrderWish>['identifiers']): string[] {
  const names = identifiers.map(({ type, value }) => {
    if (type !== 'dns') throw new AcmeRefusal('unsupportedIdentifier', 'only host names (dns) are certified', 400);
    if (value.startsWith('*.')) throw new AcmeRefusal('rejectedIdentifier', 'wild cards are not approved', 403);
    // A-labels only (RFC 8555 §7.1.4), looked at before they are folded: the Kelvin sign becomes a k.
    if (!NAME.test(value)) throw new AcmeRefusal('malformed', 'an identifier is no host name', 400);
    return value.toLowerCase();
  });
  return [...new Set(names)].sort();
}

export const FinalizeWish = z.object({ csr: z.string().regex(/^[A-Za-z0-9_-]{1,30000}$/) });

export const RevokeWish = z.object({
  certificate: z.string().regex(/^[A-Za-z0-9_-]{1,30000}$/),
  reason: z.number().int().min(0).max(10).optional(),
});
