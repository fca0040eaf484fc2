import type { Route } from '@antin/protocol/route';
import type { z } from 'zod';
import { addressOf, problemOf, ProblemError, unreachable, type AnswerOf } from '../staff/client.ts';

/**
 * Sends a file as the raw body of a row.
 *
 * @throws {ProblemError} as `call`
 */
export async function sendBytes<R extends Route>(
  row: R,
  params: Readonly<Record<string, string>>,
  file: Blob,
): Promise<AnswerOf<R>> {
  const response = await fetch(addressOf(row, { params }), {
    method: row.method,
    headers: { 'content-type': 'application/octet-stream', accept: 'application/json' },
    credentials: 'same-origin',
    body: file,
  }).catch(() => {
    throw new ProblemError(unreachable);
  });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return (row.answer as z.ZodType).parse(await response.json()) as AnswerOf<R>;
}
