import type { Context, Env, Hono, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import type { Route } from '@antin/protocol/route';
import { Refusal } from '../refusal.ts';
import { requireSameOrigin } from './same-origin.ts';

/** JSON bodies of the office are forms; files go as raw bodies. */
const MAX_JSON_BYTES = 512 * 1024;

export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, E extends Env> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly c: Context<E>;
}

/**
 * Mounts one row of the route table: parses parameters, query and body with its schemas, then calls `handle`.
 *
 * The handler's value is sent as JSON; a `Response` goes as it is (files). Refusals travel as thrown `Refusal`.
 */
export function mount<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType, E extends Env>(
  app: Hono<E>,
  row: Route<P, Q, B, A>,
  guards: readonly MiddlewareHandler<E>[],
  handle: (input: Input<P, Q, B, E>) => Promise<z.input<A> | Response>,
): void {
  app.on(row.method, [row.path], ...guards, async (c) => {
    requireSameOrigin(c.req.raw);
    const params = parse(row.params, c.req.param(), 'request.not-found');
    const query = parse(row.query, c.req.query(), 'request.invalid');
    const body = row.body === undefined ? undefined : parse(row.body, await jsonBody(c.req.raw), 'request.invalid');
    const answer = await handle({ params, query, body, c } as Input<P, Q, B, E>);
    if (answer instanceof Response) return answer;
    return c.json(answer as object, 200, { 'cache-control': 'no-store' });
  });
}

function parse(schema: z.ZodType | undefined, value: unknown, code: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Refusal(code, {
    fields: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), code: fieldCode(issue) })),
  });
}

/** Zod's reason as a code of our catalogue. */
function fieldCode(issue: { code?: string; origin?: string; input?: unknown; message: string }): string {
  if (issue.code === 'too_small') return 'field.too-short';
  if (issue.code === 'too_big') return 'field.too-long';
  if (issue.code === 'invalid_type' && issue.message.includes('undefined')) return 'field.missing';
  return 'field.invalid';
}

async function jsonBody(request: Request): Promise<unknown> {
  // A form of another site can post text/plain without asking; only a page of ours sends this type.
  if (!(request.headers.get('content-type') ?? '').startsWith('application/json')) throw new Refusal('request.not-json');
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > MAX_JSON_BYTES) throw new Refusal('request.too-large');
  const text = await readText(request);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refusal('request.not-json');
  }
}

async function readText(request: Request): Promise<string> {
  if (request.body === null) return '';
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > MAX_JSON_BYTES) throw new Refusal('request.too-large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
