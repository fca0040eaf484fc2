import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../log/log.ts';
import { createApp } from './app.ts';
import { border, clientAddress, isProxied } from './border.ts';
import { limitRate, rateLimit } from './rate-limit.ts';

/** What an app behind a border takes a request for that came over a socket from `peer`. */
async function seen(peer: string, proxies: readonly string[], forwarded?: string | readonly string[]) {
  const app = new Hono();
  app.use(border(proxies));
  app.get('/', (c) => c.json([clientAddress(c), isProxied(c)]));
  const headers = new Headers();
  for (const one of forwarded === undefined ? [] : [forwarded].flat()) headers.append('x-forwarded-for', one);
  const response = await app.request('/', { headers }, { incoming: { socket: { remoteAddress: peer } } });
  const [client] = (await response.json()) as [string, boolean];
  return client;
}

describe('who asks', () => {
  const inner = '10.0.0.5';
  const outer = '192.0.2.7';

  test('is the other end of the socket where no proxy is known, whatever the header says', async () => {
    expect(await seen('203.0.113.9', [])).toBe('203.0.113.9');
    expect(await seen('203.0.113.9', [], '1.2.3.4')).toBe('203.0.113.9');
    expect(await seen('203.0.113.9', [inner], '1.2.3.4')).toBe('203.0.113.9');
    expect(await seen('203.0.113.9', [inner], inner)).toBe('203.0.113.9');
  });

  test('is whom the proxy was asked by, over one hop and over several, from right to left', async () => {
    expect(await seen(inner, [inner], '203.0.113.9')).toBe('203.0.113.9');
    expect(await seen(inner, [inner, outer], `203.0.113.9, ${outer}`)).toBe('203.0.113.9');
    expect(await seen(inner, [inner, outer], ['203.0.113.9', outer])).toBe('203.0.113.9');
    expect(await seen(inner, [inner, outer], `203.0.113.9, ${outer}, ${inner}`)).toBe('203.0.113.9');
    // A hop that nobody named is where our knowledge ends.
    expect(await seen(inner, [inner], `203.0.113.9, ${outer}`)).toBe(outer);
  });

  test('is not who a client says it is: what stands left of the first stranger counts for nothing', async () => {
    expect(await seen(inner, [inner], '1.2.3.4, 203.0.113.9')).toBe('203.0.113.9');
    // Nor when it names our own proxies, to look as if it were one.
    expect(await seen(inner, [inner, outer], `1.2.3.4, ${inner}, 203.0.113.9, ${outer}`)).toBe('203.0.113.9');
    expect(await seen(inner, [inner, outer], `1.2.3.4, ${inner}, ${outer}, 203.0.113.9`)).toBe('203.0.113.9');
    const long = Array.from({ length: 5000 }, (_, n) => `1.2.${n % 200}.4`).join(', ');
    expect(await seen(inner, [inner], `${long}, 203.0.113.9`)).toBe('203.0.113.9');
    // Our own names only, thousands of them: not walked to the end.
    expect(await seen(inner, [inner], `1.2.3.4, ${Array.from({ length: 5000 }, () => inner).join(',')}`)).toBe(inner);
  });

  test('is the proxy where it says nothing that is an address', async () => {
    for (const odd of ['', 'unknown', '_hidden', '203.0.113.999', 'for=1.2.3.4', '1.2.3.4 5.6.7.8', "'; drop table", '1.2.3.4, '])
      expect([odd, await seen(inner, [inner], odd)]).toEqual([odd, inner]);
    expect(await seen(inner, [inner])).toBe(inner);
  });

  test('is written in one way: two ways of writing one address are not two buckets', async () => {
    for (const one of ['2001:DB8::1', '2001:db8:0:0:0:0:0:1', '[2001:db8::1]', '[2001:db8::1]:443', '2001:db8::1%eth0'])
      expect([one, await seen(inner, [inner], one)]).toEqual([one, '2001:db8:0:0::/64']);
    for (const one of ['203.0.113.9:4711', '::ffff:203.0.113.9', '  203.0.113.9 '])
      expect([one, await seen(inner, [inner], one)]).toEqual([one, '203.0.113.9']);
    expect(await seen(`::ffff:${inner}`, [inner], '203.0.113.9')).toBe('203.0.113.9');
    expect(await seen('fd00:0:0::5', ['fd00::5'], '203.0.113.9')).toBe('203.0.113.9');
  });
});

test('who has one IPv6 address has a network of them, and counts as one; a neighbour’s network is another', async () => {
  const app = createApp({ log: createLog({ level: 'silent' }) });
  const limit = rateLimit({ burst: 3, perMinute: 1, clock: () => new Date(0) });
  app.get('/', limitRate(limit, clientAddress), (c) => c.text(clientAddress(c)));
  const status = async (remoteAddress: string) =>
    (await app.request('/', {}, { incoming: { socket: { remoteAddress } } } as never)).status;
  const answers: number[] = [];
  for (let n = 1; n <= 5; n++) answers.push(await status(`2001:db8:7:1:${n}::${n}`));
  expect(answers).toEqual([200, 200, 200, 429, 429]);
  expect(await status('2001:db8:7:2::1')).toBe(200);
  expect(await status('2001:db8::7:1')).toBe(200);
});

describe('limits behind a real proxy', () => {
  const made: { close(): void }[] = [];
  let direct = '';
  let proxied = '';
  /** A proxy as nginx is one: it adds whom it was asked by at the right end. */
  const proxyTo = (port: number, from: () => string) =>
    createServer((incoming, answer) => {
      const before = incoming.headers['x-forwarded-for'];
      const headers = { ...incoming.headers, 'x-forwarded-for': [before, from()].flat().filter(Boolean).join(', ') };
      incoming.pipe(ask({ host: '127.0.0.1', port, path: incoming.url, headers }, (response) => {
        answer.writeHead(response.statusCode!);
        response.pipe(answer);
      })); // prettier-ignore
    });
  const listening = async (server: ReturnType<typeof createServer>) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    made.push(server);
    return (server.address() as AddressInfo).port;
  };
  /** Whom the proxy is asked by: a client of the test. */
  let caller = '';

  beforeAll(async () => {
    const app = createApp({ log: createLog({ level: 'silent' }), proxies: ['127.0.0.1'] });
    const limit = rateLimit({ burst: 3, perMinute: 1, clock: () => new Date(0) });
    app.get('/', limitRate(limit, clientAddress), (c) => c.text(clientAddress(c)));
    const port = await listening(createServer(getRequestListener(app.fetch as never)));
    direct = `http://127.0.0.1:${port}/`;
    proxied = `http://127.0.0.1:${await listening(proxyTo(port, () => caller))}/`;
  });
  afterAll(() => {
    for (const one of made) one.close();
  });
  const status = async (url: string, forwarded?: string) =>
    (await fetch(url, { headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } })).status;

  test('a client that says to be another each time is stopped like everybody; its neighbour is not', async () => {
    caller = '203.0.113.66';
    const answers: number[] = [];
    for (let n = 0; n < 6; n++) answers.push(await status(proxied, `1.2.3.${n}, 10.0.0.${n}`));
    expect(answers).toEqual([200, 200, 200, 429, 429, 429]);
    // Honest, through the same proxy, without and with a header of its own proxy at home.
    caller = '203.0.113.67';
    expect(await status(proxied)).toBe(200);
    caller = '203.0.113.68';
    expect(await status(proxied, '192.168.1.20')).toBe(200);
  });

  test('who stands on the very computer of the proxy is believed, which is what being a proxy means', async () => {
    expect(await (await fetch(direct, { headers: { 'x-forwarded-for': '198.51.100.1' } })).text()).toBe('198.51.100.1');
  });
});
