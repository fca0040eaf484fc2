import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { ocspErrorResponse } from '@antin/pki/ocsp/build';
import { receiveWhole, saidLength, sendBytes } from '../fast-door.ts';
import type { ReadyAnswer } from './answer-memory.ts';
import { asKey } from './answer-memory.ts';
import type { OcspAnswer, OcspResponder } from './ocsp.ts';

export const OCSP_REQUEST = 'application/ocsp-request';
export const OCSP_RESPONSE = 'application/ocsp-response';
/** Longest request: sixteen certificates, a nonce and a signature fit. */
export const MOST_OCTETS = 16_384;
/** Caches may keep an answer for a minute: after a revocation the new one must be seen, however long the old is valid. */
const MOST_SECONDS = 60;

/** Status, headers and body, as any server can send them. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | undefined;
}

export interface HttpQuestion {
  readonly cacheable: boolean;
  readonly ifNoneMatch: string | undefined;
  readonly now: number;
}

/** What RFC 5019 §6.2 wants beside the answer: only those to GET may be kept, and never one that echoes a nonce. */
export function httpAnswer(answer: OcspAnswer, question: HttpQuestion): HttpAnswer {
  const base: [string, string][] = [
    ['content-type', OCSP_RESPONSE],
    ['x-content-type-options', 'nosniff'],
  ];
  if (!question.cacheable || answer.freshUntil === undefined) {
    return { status: 200, headers: [...base, ['cache-control', 'no-store']], body: answer.der };
  }
  const etag = answer.etag ?? `"${createHash('sha256').update(answer.der).digest('hex').slice(0, 32)}"`;
  const seconds = Math.max(0, Math.min(MOST_SECONDS, Math.floor((answer.freshUntil - question.now) / 1000)));
  const headers: [string, string][] = [
    ...base,
    ['cache-control', `max-age=${seconds}, public, no-transform, must-revalidate`],
    ['last-modified', new Date(answer.producedAt).toUTCString()],
    ['expires', new Date(Math.min(answer.freshUntil, question.now + seconds * 1000)).toUTCString()],
    ['etag', etag],
  ];
  if (question.ifNoneMatch === etag) return { status: 304, headers, body: undefined };
  return { status: 200, headers, body: answer.der };
}

export const malformed = (now: number): OcspAnswer => ({ der: ocspErrorResponse('malformedRequest'), producedAt: now });

/**
 * The request in the path of a GET: base64 of the DER, URL-encoded or not. Clients leave `/` and `+` as they are or encode
 * everything (RFC 5019 §5), and some use the URL alphabet of base64.
 *
 * @param text what follows `/ocsp/`
 */
export function requestInPath(text: string): Uint8Array | undefined {
  if (text.length > MOST_OCTETS) return undefined;
  try {
    const base64 = decodeURIComponent(text).replace(/[ -]/g, '+').replace(/_/g, '/').replace(/=+$/, '');
    return fromBase64(base64 + '='.repeat((4 - (base64.length % 4)) % 4));
  } catch (error) {
    if (error instanceof FormatFault || error instanceof URIError) return undefined;
    throw error;
  }
}

/**
 * The door for questions that have their answer in memory: before the app and its layers, because a look into a map must
 * not cost more than the server around it. Everything else goes the usual way.
 *
 * @param path under which OCSP is asked, e.g. `/authority/ocsp`
 * @returns false when the request is not for this door
 */
export function ocspFastRoute(path: string, responder: OcspResponder, clock: () => number) {
  const below = `${path}/`;
  return function fast(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url as string;
    if (request.method === 'GET') {
      if (!url.startsWith(below)) return false;
      const known = responder.known(url.slice(below.length));
      if (known !== undefined) {
        sendKept(response, known, request.headers['if-none-match'], clock());
        return true;
      }
      // Nothing stands behind a question mark here, and an endless choice of it would only fill the memory.
      if (url.includes('?')) return false;
      const der = requestInPath(url.slice(below.length));
      const ifNoneMatch = request.headers['if-none-match'];
      const answer = der === undefined ? Promise.resolve(malformed(clock())) : responder.answer(der, url.slice(below.length));
      void finish(response, answer, { cacheable: true, ifNoneMatch, now: clock() });
      return true;
    }
    if (request.method !== 'POST' || url !== path) return false;
    const length = saidLength(request, OCSP_REQUEST, MOST_OCTETS);
    if (length === undefined) return false;
    receiveWhole(request, length, (body) => {
      const known = responder.known(asKey(body));
      if (known !== undefined) {
        response.writeHead(200, [...NOT_KEPT, known.length]);
        response.end(known.der);
      } else void finish(response, responder.answer(body), { cacheable: false, ifNoneMatch: undefined, now: clock() });
    });
    return true;
  };
}

/** With the name of the last one; its value is the answer's own. */
const NOT_KEPT = [
  'content-type',
  OCSP_RESPONSE,
  'x-content-type-options',
  'nosniff',
  'cache-control',
  'no-store',
  'content-length',
];

interface KeptHeaders {
  readonly second: number;
  readonly list: string[];
  /** With the length of the body. */
  readonly whole: string[];
}
/** Headers of an answer change once a second. */
const keptHeaders = new WeakMap<ReadyAnswer, KeptHeaders>();

function sendKept(response: ServerResponse, answer: ReadyAnswer, ifNoneMatch: string | undefined, now: number): void {
  const second = Math.floor(now / 1000);
  let kept = keptHeaders.get(answer);
  if (kept?.second !== second) {
    const { der, thisUpdate: producedAt, nextUpdate: freshUntil, etag } = answer;
    const { headers } = httpAnswer(
      { der, producedAt, freshUntil, etag },
      { cacheable: true, ifNoneMatch: undefined, now: second * 1000 },
    );
    keptHeaders.set(
      answer,
      (kept = { second, list: headers.flat(), whole: [...headers.flat(), 'content-length', answer.length] }),
    );
  }
  if (ifNoneMatch === answer.etag) return sendBytes(response, 304, kept.list, undefined);
  response.writeHead(200, kept.whole);
  response.end(answer.der);
}

async function finish(response: ServerResponse, answer: Promise<OcspAnswer>, question: HttpQuestion): Promise<void> {
  try {
    const { status, headers, body } = httpAnswer(await answer, question);
    sendBytes(response, status, headers.flat(), body);
  } catch {
    // `answer` turns every fault into an answer: what is left is a connection that is gone.
    response.destroy();
  }
}
