import type { Context, Env, Hono, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { readJson, readQuery } from './body.ts';
import { HttpRefusal } from './fault.ts';
import type { Route } from '@antin/protocol/route';

export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, E extends Env> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly c: Context<E>;
}

/**
 * Mounts one row of the route table: parses parameters, query and body with its schemas, then calls `handle`.
 *
 * The handler's value is sent as JSON; a `Response` goes as it is (files). Refusals are thrown; `createApp` answers them.
 */
export function mount<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType, E extends Env>(
  app: Hono<E>,
  row: Route<P, Q, B, A>,
  guards: readonly MiddlewareHandler<E>[],
  handle: (input: Input<P, Q, B, E>) => Promise<z.input<A> | Response>,
): void {
  app.on(row.method, [row.path], ...guards, async (c) => {
    // A malformed id is an address of nothing: 404, not 400.
    const params = row.params?.safeParse(c.req.param());
    if (params?.success === false) throw new HttpRefusal('http.not-found');
    const query = row.query === undefined ? undefined : readQuery(c, row.query);
    const body = row.body === undefined ? undefined : await readJson(c, row.body);
    const answer = await handle({ params: params?.data, query, body, c } as Input<P, Q, B, E>);
    return answer instanceof Response ? answer : c.json(answer as object);
  });
}
