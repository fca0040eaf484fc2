import { describe, expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const defaults = { dataDir: '/somewhere/.antin', services: ['office', 'authority'] };
const read = (argv: string[], env: Record<string, string> = {}) => readSettings(argv, env, defaults);

test('nothing said is the practice profile on this computer only', () => {
  expect(read([])).toMatchObject({
    profile: 'practice',
    host: '127.0.0.1',
    port: 8080,
    seed: 'province',
    services: ['office', 'authority'],
    dataDir: '/somewhere/.antin',
  });
});

test('a flag wins over the environment, which wins over what is built in', () => {
  expect(read([], { ANTIN_PORT: '9000' }).port).toBe(9000);
  expect(read(['--port', '9001'], { ANTIN_PORT: '9000' }).port).toBe(9001);
  expect(read([], { ANTIN_PORT: '' }).port).toBe(8080);
});

test('an authority in production says whose time it stamps: three servers, or this computer’s aloud; an office need not', () => {
  const production = ['--profile', 'production'];
  expect(() => read(production)).toThrow(/ANTIN_TIME_SERVERS is needed.*"local"/);
  expect(() => read(production, { ANTIN_TIME_SERVERS: '' })).toThrow(/ANTIN_TIME_SERVERS is needed/);
  expect(() => read(production, { ANTIN_TIME_SERVERS: 'a.example, b.example' })).toThrow(/fewer than three/);
  expect(read(production, { ANTIN_TIME_SERVERS: 'a.example, b.example, c.example' }).timeServers).toHaveLength(3);
  expect(read(production, { ANTIN_TIME_SERVERS: 'local' }).timeServers).toEqual([]);
  expect(read([...production, '--services', 'office']).timeServers).toEqual([]);
  expect(read([]).timeServers).toEqual([]);
});

test('proxies are believed by their address, and nobody is unless named', () => {
  expect(read([]).trustedProxies).toEqual([]);
  expect(read([], { ANTIN_TRUSTED_PROXIES: '10.0.0.5, fd00::5' }).trustedProxies).toEqual(['10.0.0.5', 'fd00::5']);
  expect(() => read([], { ANTIN_TRUSTED_PROXIES: 'proxy.example' })).toThrow(/ANTIN_TRUSTED_PROXIES has "proxy.example"/);
  expect(() => read([], { ANTIN_TRUSTED_PROXIES: '10.0.0.0/8' })).toThrow(/IP addresses/);
});

describe('refused by name', () => {
  test.each([
    [['--port', '70000'], {}],
    [['--port', '80a'], {}],
    [['--profile', 'test'], {}],
    [['--services', 'office,unknown'], {}],
    [['--public-url', 'office.example'], {}],
    [['--public-url', 'https://office.example/path'], {}],
    [['--profile', 'production', '--public-url', 'http://office.example'], {}],
    [['--profile', 'production', '--fresh'], {}],
    [[], { ANTIN_STATUS_URL: 'https://ca.example' }],
    [[], { ANTIN_STATUS_URL: 'http://ca.example/path' }],
    [[], { DATABASE_URL: 'mysql://x' }],
    [['--fresh'], { DATABASE_URL: 'postgresql://x' }],
  ] as [string[], Record<string, string>][])('%j %j', (argv, env) => {
    expect(() => read(argv, env)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  test('a flag that does not exist', () => {
    expect(() => read(['--prot', '1'])).toThrow(/--prot/);
  });

  test('a wrong DATABASE_URL without quoting its password', () => {
    expect(() => read([], { DATABASE_URL: 'mysql://u:geheim@h' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('geheim') }),
    );
  });
});
