import { z } from 'zod';

/** Lower-case hexadecimal SHA-256. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'Sha256'>();
export type Sha256 = z.infer<typeof Sha256>;

/** RFC 9562 UUID, lower case. */
export const Id = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

/** RFC 3339 instant in UTC with milliseconds. */
export const Instant = z.iso.datetime({ offset: true });

/** A calendar day in Asia/Ho_Chi_Minh, `yyyy-MM-dd`. */
export const Day = z.iso.date();

/** Binary inside JSON: RFC 4648 §4 with padding. */
export const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

export const Language = z.enum(['vi', 'en']);
export type Language = z.infer<typeof Language>;

/** One text in both languages of the product. */
export const BothLanguages = z.object({ vi: z.string(), en: z.string() });
export type BothLanguages = z.infer<typeof BothLanguages>;

export const Page = z.object({
  page: z.coerce.number().int().min(1).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), total: z.number().int(), page: z.number().int(), pageSize: z.number().int() });
}

/** Most documents of one batch. */
export const MAX_BATCH = 100;
