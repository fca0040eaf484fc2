import { isIP, SocketAddress } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';

/** Who asks, as far as it can be believed. */
export interface Asker {
  /** Where the request began, in canonical form. */
  readonly client: string;
  /** Whether the other end of the socket is a proxy of ours: then it has verified what it passes on (`Client-Cert`). */
  readonly proxied: boolean;
}

/** More hops than any installation has: a header of thousands is not walked. */
const MOST_HOPS = 16;

/**
 * The one place where forwarded headers are read. Everybody may write `X-Forwarded-For`; a proxy adds at its right end whom it
 * was asked by. So it is read from the right, over as many hops as are proxies of ours, and the first that is none is who asks:
 * what stands left of it is a stranger's word.
 *
 * @param proxies IP addresses of proxies in front (`ANTIN_TRUSTED_PROXIES`)
 */
export function border(proxies: readonly string[]): MiddlewareHandler {
  const ours = new Set(proxies.map((one) => addressIn(one) ?? one));
  return async (c, next) => {
    c.set('asker', asker(c, ours));
    await next();
  };
}

/**
 * By what whoever asks is counted: the address; of IPv6 the network of 64 bits, of which each line has at least one, and with it more
 * addresses than any limit could hold apart. Behind no border, of the other end of the socket.
 */
export function clientAddress(c: Context): string {
  return networkOf(askerOf(c).client);
}

/** Whether a proxy of ours passed the request on. */
export function isProxied(c: Context): boolean {
  return askerOf(c).proxied;
}

function askerOf(c: Context): Asker {
  return (c.get('asker') as Asker | undefined) ?? asker(c, NOBODY);
}

const NOBODY: ReadonlySet<string> = new Set();

function asker(c: Context, ours: ReadonlySet<string>): Asker {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  const socket = env?.incoming?.socket?.remoteAddress ?? 'local';
  let client = addressIn(socket) ?? socket;
  const proxied = ours.has(client);
  if (!proxied) return { client, proxied };
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').slice(-MOST_HOPS);
  while (ours.has(client)) {
    const before = hops.pop();
    const address = before === undefined ? undefined : addressIn(before);
    // Nothing more, or nothing that is an address: the proxy itself answers for it.
    if (address === undefined) break;
    client = address;
  }
  return { client, proxied };
}

/** @param address in canonical form */
function networkOf(address: string): string {
  if (isIP(address) !== 6 || address === '::1') return address;
  const [head, tail] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? [] : Array<string>(8 - head!.length - tail.length).fill('0');
  return `${[...head!, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')}::/64`;
}

/** One way of writing for every address: no port, no zone, IPv4 in IPv6 as IPv4. Undefined: none. */
function addressIn(text: string): string | undefined {
  const bare = text.trim();
  const plain = (/^\[([^\]]+)\](?::\d+)?$/.exec(bare)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(bare)?.[1] ?? bare).replace(
    /%.*$/,
    '',
  );
  const family = isIP(plain);
  if (family === 0) return undefined;
  const { address } = new SocketAddress({ address: plain, family: family === 6 ? 'ipv6' : 'ipv4' });
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
