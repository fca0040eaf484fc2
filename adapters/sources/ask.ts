import { lookup as resolveName, type LookupAddress, type LookupOptions } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.ts';
import { SourceFault } from './fault.ts';

/** Where this installation may go. */
export interface Reach {
  /** Origins the administrator configured: also inside the network. E.g. `http://127.0.0.1:8080`. */
  readonly configured: readonly string[];
  /** Origins where authorities that are trusted here publish; on the public Internet only. E.g. `http://ca.gov.vn`. */
  readonly pinned?: readonly string[];
  /** Whether URLs of other people's certificates on the public Internet are followed too. */
  readonly publicInternet: boolean;
}

export interface Asking {
  readonly method?: 'GET' | 'POST';
  readonly body?: Uint8Array;
  readonly contentType?: string;
  readonly accept?: string;
  /** For the whole exchange, redirects included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** Take an answer that ends before its Content-Length: what it holds says by itself whether it is whole (DER). */
  readonly takeCutShort?: boolean;
  readonly reach: Reach;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const MAX_REDIRECTS = 3;

/**
 * One HTTP exchange with limits on address, time and size. A GET follows redirects, each under the same rules.
 *
 * @throws {SourceFault}
 */
export async function ask(url: string, asking: Asking): Promise<Answer> {
  const signal = AbortSignal.timeout(asking.timeoutMs ?? 10_000);
  let at = url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const answer = await exchange(allowed(at, asking.reach), asking, signal);
    if (!('location' in answer)) return answer;
    // A redirected POST would silently become something else.
    if (asking.method === 'POST') throw new SourceFault('source.refused', `${at} answers with a redirect`);
    if (!URL.canParse(answer.location, at)) throw new SourceFault('source.bad-answer', `${at} redirects to nowhere`);
    at = new URL(answer.location, at).href;
  }
  throw new SourceFault('source.refused', `${url} redirects more than ${MAX_REDIRECTS} times`);
}

interface Allowed {
  readonly url: URL;
  readonly mayBeInside: boolean;
}

function allowed(text: string, reach: Reach): Allowed {
  if (!URL.canParse(text)) throw new SourceFault('source.not-allowed', 'not an address that can be asked');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new SourceFault('source.not-allowed', `${url.protocol} is not asked, only http and https`);
  if (url.username !== '' || url.password !== '')
    throw new SourceFault('source.not-allowed', 'addresses with a password in them are not asked');
  const configured = reach.configured.includes(url.origin);
  if (!configured && !reach.publicInternet && reach.pinned?.includes(url.origin) !== true)
    throw new SourceFault('source.not-allowed', `${url.origin} is not among the configured sources`);
  return { url, mayBeInside: configured };
}

function exchange({ url, mayBeInside }: Allowed, asking: Asking, signal: AbortSignal): Promise<Answer | { location: string }> {
  const { method = 'GET', body, maxBytes = 10_000_000 } = asking;
  const options: RequestOptions = {
    method,
    signal,
    agent: false,
    headers: {
      'user-agent': 'antin',
      accept: asking.accept ?? '*/*',
      'accept-encoding': 'identity',
      ...(body === undefined
        ? {}
        : { 'content-type': asking.contentType ?? 'application/octet-stream', 'content-length': body.length }),
    },
    ...(mayBeInside ? {} : { lookup: publicLookup }),
  };
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      if (cause instanceof SourceFault) return reject(cause);
      if (signal.aborted)
        return reject(new SourceFault('source.timeout', `${url.origin} did not answer in time`, { passing: true, cause }));
      reject(
        new SourceFault('source.unreachable', `${url.origin} cannot be reached: ${cause.message}`, { passing: true, cause }),
      );
    };
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!mayBeInside && isIP(host) !== 0 && !isPublicAddress(host)) return fail(insideFault(url.origin));
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if (status >= 300 && status < 400 && location !== undefined) {
        response.resume();
        return resolve({ location });
      }
      if (status !== 200) {
        response.resume();
        return fail(
          new SourceFault('source.refused', `${url.origin} answers HTTP ${status}`, {
            passing: status >= 500 || status === 429 || status === 408,
          }),
        );
      }
      readAll(response, maxBytes, url.origin, asking.takeCutShort === true).then(
        (bytes) => resolve({ status, contentType: response.headers['content-type'] ?? '', bytes }),
        (fault: Error) => {
          request.destroy();
          fail(fault);
        },
      );
    });
    request.once('error', fail);
    request.end(body);
  });
}

async function readAll(response: IncomingMessage, maxBytes: number, origin: string, takeCut: boolean): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response) {
      size += (piece as Buffer).length;
      if (size > maxBytes) throw new SourceFault('source.too-large', `${origin} sends more than ${maxBytes} bytes`);
      pieces.push(piece as Buffer);
    }
  } catch (fault) {
    // The server closed early: ECONNRESET, "aborted". Our own time limit ends differently.
    if (!takeCut || size === 0 || (fault as NodeJS.ErrnoException).code !== 'ECONNRESET') throw fault;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Resolves like `dns.lookup` and refuses inner addresses; the socket uses exactly what was checked (no DNS rebinding). */
function publicLookup(
  host: string,
  options: LookupOptions,
  done: (fault: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
): void {
  resolveName(host, { ...options, all: true }, (fault, found) => {
    if (fault !== null) return done(fault, '');
    const open = found.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (first === undefined) return done(insideFault(host), '');
    if (options.all === true) return done(null, open);
    done(null, first.address, first.family);
  });
}

function insideFault(where: string): SourceFault {
  return new SourceFault(
    'source.private-address',
    `${where} is an address inside a network and not among the configured sources`,
  );
}
