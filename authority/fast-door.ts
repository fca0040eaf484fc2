import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a door before the app needs of a body and an answer; see `FastRoute` in adapters/http/listen. */

/**
 * The length a request says it has, when it is of this type and within the limit; else undefined: without a length, or with
 * too great a one, the app's own reader counts.
 */
export function saidLength(request: IncomingMessage, type: string, most: number): number | undefined {
  if (request.headers['content-type'] !== type) return undefined;
  const length = Number(request.headers['content-length']);
  return length > 0 && length <= most ? length : undefined;
}

/** One piece is the rule; what stops in the middle is ended by the server's own time limit. */
export function receiveWhole(request: IncomingMessage, length: number, done: (body: Uint8Array) => void): void {
  const pieces: Buffer[] = [];
  let size = 0;
  request.on('data', (piece: Buffer) => {
    size += piece.length;
    pieces.push(piece);
    if (size === length) done(pieces.length === 1 ? piece : Buffer.concat(pieces));
  });
}

/** @param headers name and value in turns, without the length of the body */
export function sendBytes(
  response: ServerResponse,
  status: number,
  headers: readonly string[],
  body: Uint8Array | undefined,
): void {
  const length = body === undefined ? [] : ['content-length', String(body.length)];
  response.writeHead(status, [...headers, ...length]);
  response.end(body);
}
