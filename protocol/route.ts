import type { z } from 'zod';

/** One row of the route table that servers mount, the browser client calls and OpenAPI is generated from. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Hono syntax, e.g. `/api/documents/:id`. */
  readonly path: string;
  readonly summary: string;
  /** Who may call: anybody, a signed-in person, a paired token agent; at the issuer a signed-in officer, an agency's system. */
  readonly caller: 'public' | 'person' | 'agent' | 'officer' | 'sender';
  readonly params?: Params;
  readonly query?: Query;
  /** JSON body; routes with a raw body say `rawBody` instead. */
  readonly body?: Body;
  readonly rawBody?: string;
  /** Where a route takes more than one kind of body: by media type, a schema for JSON, `binary` for bytes, a form by its fields. */
  readonly bodies?: Readonly<Record<string, z.ZodType | 'binary'>>;
  /** Media type of `answer` where it is not JSON: `application/x-ndjson` is one value of it a line. */
  readonly answerType?: string;
  /** Other kinds of answer than JSON, by media type. */
  readonly otherAnswers?: readonly string[];
  readonly answer: Answer;
}

/** Keeps the exact types of a row. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  row: Route<P, Q, B, A>,
): Route<P, Q, B, A> {
  return row;
}
