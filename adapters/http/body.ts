import type { Context } from 'hono';
import type { z } from 'zod';
import { FileFault } from '../files/fault.ts';
import type { FileStore, Stored } from '../files/store.ts';
import { HttpRefusal } from './fault.ts';

/** Reads a JSON body of a known shape. @throws {HttpRefusal} `http.unsupported-type|body-too-large|invalid-json|invalid-body` */
export async function readJson<T extends z.ZodType>(c: Context, schema: T, maxBytes = 1_000_000): Promise<z.infer<T>> {
  // A form of another site can send text/plain without asking; JSON it cannot.
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new HttpRefusal('http.unsupported-type');
  const pieces: Uint8Array[] = [];
  for await (const piece of cappedBody(c, maxBytes)) pieces.push(piece);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)));
  } catch (cause) {
    throw new HttpRefusal('http.invalid-json', { cause });
  }
  return parseOr(schema, value, 'http.invalid-body');
}

/** Reads the query of a known shape. @throws {HttpRefusal} `http.invalid-query` */
export function readQuery<T extends z.ZodType>(c: Context, schema: T): z.infer<T> {
  return parseOr(schema, c.req.query(), 'http.invalid-query');
}

function parseOr<T extends z.ZodType>(schema: T, value: unknown, code: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 50).map((issue) => {
    const missing = issue.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message);
    // A schema may name its own reason: `.refine(…, { message: 'document.subject-empty' })`.
    const own = /^[a-z][a-z0-9-]*\.[a-z0-9.-]+$/.test(issue.message) ? issue.message : undefined;
    return { path: issue.path.join('.'), code: own ?? (missing ? 'field.missing' : `field.${issue.code.replaceAll('_', '-')}`) };
  });
  throw new HttpRefusal(code, { fields });
}

/**
 * Streams a raw body (`PUT` with the file as it is) into the store while hashing it; 50 MB never stand in memory.
 *
 * @throws {HttpRefusal} `http.body-too-large`, `http.body-broken` when the sender went away; nothing stays behind
 */
export async function receiveFile(c: Context, store: FileStore, limits: { maxBytes: number }): Promise<Stored> {
  try {
    return await store.put(cappedBody(c, limits.maxBytes), limits);
  } catch (fault) {
    if (fault instanceof FileFault && fault.code === 'file.too-large') throw tooLarge(fault);
    throw fault;
  }
}

export async function* cappedBody(c: Context, maxBytes: number): AsyncGenerator<Uint8Array> {
  const said = Number(c.req.header('content-length') ?? 0);
  if (said > maxBytes) throw tooLarge();
  const body = c.req.raw.body;
  if (body === null) return;
  let size = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new HttpRefusal('http.body-broken', { cause });
      });
      if (done) return;
      size += value.length;
      if (size > maxBytes) throw tooLarge();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The rest of the body is not read: the connection is of no further use. */
function tooLarge(cause?: unknown): HttpRefusal {
  return new HttpRefusal('http.body-too-large', { headers: { connection: 'close' }, cause });
}
