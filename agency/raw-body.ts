import type { Context } from 'hono';
import { cappedBody } from '@antin/adapters/http/body';

/** A raw body that is small enough for memory. @throws {HttpRefusal} `http.body-too-large`, `http.body-broken` */
export async function readBytes(c: Context, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of cappedBody(c, most)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
