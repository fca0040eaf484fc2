import { z } from 'zod';
import { BothLanguages } from './basics.ts';

/**
 * What every refused request gets (RFC 9457, `application/problem+json`).
 *
 * `code` is stable (`area.reason`). `title` and `detail` are plain strings as the RFC wants them (Vietnamese); `titles` and
 * `details` say the same in both languages, `fields` points at form fields by path.
 */
export const Problem = z.object({
  type: z.string(),
  code: z.string(),
  status: z.number().int(),
  title: z.string(),
  titles: BothLanguages,
  detail: z.string().optional(),
  details: BothLanguages.optional(),
  /** What the reader can do now. */
  remedy: BothLanguages.optional(),
  fields: z.array(z.object({ path: z.string(), code: z.string(), message: BothLanguages })).optional(),
  instance: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
