import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routeTables } from '@antin/protocol/openapi';
import { Problem } from '@antin/protocol/problem';
import type { Route } from '@antin/protocol/route';
import { startInstallation, type Installation } from './installation.ts';

/** Bad input to every route of a running installation gets a named problem (RFC 9457) in Vietnamese and English. */
describe('the border', () => {
  let installation: Installation;
  let cookie: string;
  /** What a browser adds to a request of our own page. */
  const own = (): Record<string, string> => ({ cookie, origin: installation.url, 'sec-fetch-site': 'same-origin' });
  const rows: Route[] = Object.values(routeTables).flatMap((table) => Object.values(table));
  const writes = rows.filter((row) => row.method !== 'GET');

  beforeAll(async () => {
    installation = await startInstallation();
    const answer = await fetch(`${installation.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ signInName: 'stc.hoa', password: installation.password }),
    });
    expect(answer.status).toBe(200);
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly/i);
    expect(answer.headers.get('set-cookie')).toMatch(/SameSite=Strict/i);
  });
  afterAll(() => installation?.[Symbol.asyncDispose]());

  const address = (row: Route): string =>
    installation.url +
    row.path
      .replace(/:index/, '0')
      .replace(/:kind/, 'person')
      .replace(/:[A-Za-z]+/g, () => randomUUID());

  async function problemOf(answer: Response, about: string): Promise<Problem> {
    expect(answer.headers.get('content-type'), about).toMatch(/application\/problem\+json/);
    const problem = Problem.parse(await answer.json());
    expect(problem.status, about).toBe(answer.status);
    expect(problem.titles.vi.length, about).toBeGreaterThan(5);
    expect(problem.titles.en.length, about).toBeGreaterThan(5);
    expect(problem.title, about).toBe(problem.titles.vi);
    expect(problem.titles.vi, about).not.toBe(problem.titles.en);
    expect(problem.code, about).toMatch(/^[a-z0-9-]+\.[a-z0-9-]+$/);
    return problem;
  }

  const name = (row: Route): string => `${row.method} ${row.path}`;

  test('without a session or a proof, nobody gets past a route that wants one', async () => {
    for (const row of rows.filter((one) => one.caller !== 'public')) {
      const answer = await fetch(address(row), {
        method: row.method,
        ...(row.body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }),
      });
      expect(answer.status, name(row)).toBeGreaterThanOrEqual(400);
      expect(answer.status, name(row)).toBeLessThan(500);
      await problemOf(answer, name(row));
    }
  });

  test('a body that is no JSON, or the JSON of something else, is refused by name', async () => {
    for (const row of writes.filter((one) => one.body !== undefined)) {
      for (const [type, body] of [
        ['application/json', '{"unfinished": '],
        ['application/json', '[[[]]]'],
        ['application/json', '{"version":"một","subject":7,"addresseeIds":"x","page":{}}'],
        ['text/plain', '{}'],
        ['application/json', '\u0000\uffff'],
      ] as const) {
        const answer = await fetch(address(row), { method: row.method, headers: { ...own(), 'content-type': type }, body });
        const about = `${name(row)} ${type} ${body}`;
        expect(answer.status, about).toBeGreaterThanOrEqual(400);
        expect(answer.status, about).toBeLessThan(500);
        const { code } = await problemOf(answer, about);
        expect(code, about).not.toBe('http.cross-site');
      }
    }
  });

  test('a page of another site cannot make the browser write, wherever it asks', async () => {
    for (const row of writes) {
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { origin: 'null' }]) {
        const answer = await fetch(address(row), {
          method: row.method,
          headers: { cookie, 'content-type': 'application/json', ...headers },
          body: row.method === 'DELETE' ? null : '{}',
        });
        expect(answer.status, `${name(row)} ${JSON.stringify(headers)}`).toBe(403);
        await problemOf(answer, name(row));
      }
    }
  });

  test('ids of nothing and ids that are none are not found, and say no more', async () => {
    for (const row of rows.filter((one) => one.method === 'GET' && one.caller === 'person' && one.path.includes(':id'))) {
      for (const path of [
        address(row),
        address(row).replace(/[0-9a-f-]{36}/g, '../../etc/passwd'),
        address(row).replace(/[0-9a-f-]{36}/g, "1' or '1'='1"),
      ]) {
        const answer = await fetch(path, { headers: { cookie } });
        const { code } = await problemOf(answer, path);
        // Who may not ask at all is told so before the id is looked at: that says nothing about it either.
        // So is who asks without what the route needs beside the id.
        const lacks = row.query !== undefined && !row.query.safeParse({}).success && code === 'http.invalid-query';
        if (lacks) continue;
        const asked = /^role\.[a-z-]+-needed$/.test(code) ? 403 : 404;
        expect(answer.status, `${path} ${code}`).toBe(asked);
      }
    }
  });

  test('a body beyond its budget is cut off', async () => {
    const answer = await fetch(`${installation.url}/api/documents`, {
      method: 'POST',
      headers: { ...own(), 'content-type': 'application/json' },
      body: JSON.stringify({ subject: 'x'.repeat(3_000_000) }),
    });
    expect((await problemOf(answer, 'large body')).status).toBe(413);
  });

  test('queries with nonsense are named, not guessed', async () => {
    for (const query of ['page=-1', 'page=a', 'pageSize=100000', 'state=nothing']) {
      const answer = await fetch(`${installation.url}/api/documents?${query}`, { headers: { cookie } });
      expect(answer.status, query).toBe(400);
      await problemOf(answer, query);
    }
  });

  test('every page and answer carries the headers that keep it in its place', async () => {
    for (const path of ['/', '/dang-nhap', '/kiem-tra', '/lam-viec', '/api/public/trust', '/api/openapi.json']) {
      const answer = await fetch(installation.url + path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(answer.headers.get('content-security-policy'), path).toMatch(/frame-ancestors 'none'/);
      expect(answer.headers.get('content-security-policy'), path).not.toMatch(/'unsafe-inline'|'unsafe-eval'/);
    }
  });

  test('no route of the server reads the agent’s folder, and secrets stay out of what it says', async () => {
    for (const path of [
      '/agent',
      '/assets/../agent/passphrase',
      '/assets/..%2f..%2fagent%2fpassphrase',
      '/practice-sign-in.json',
      '/.antin/agent/keys.json',
    ]) {
      const answer = await fetch(installation.url + path);
      expect(answer.status, path).toBe(404);
    }
  });
});

describe('a second start', () => {
  test('says that it runs already and where; a taken port is named; a four-level tree loads', async () => {
    await using first = await startInstallation({ args: ['--seed', 'four-level'] });
    const people = (await (await fetch(`${first.url}/api/practice/people`)).json()) as { people: { signInName: string }[] };
    expect(people.people.map((one) => one.signInName)).toContain('khetruc.vanthu');
    const session = await fetch(`${first.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ signInName: 'dabac.chuyenvien', password: first.password }),
    });
    const own = (session.headers.get('set-cookie') ?? '').split(';')[0] as string;
    const { agencies } = (await (await fetch(`${first.url}/api/agencies`, { headers: { cookie: own } })).json()) as {
      agencies: { level: number }[];
    };
    expect([...new Set(agencies.map((one) => one.level))].sort()).toEqual([1, 2, 3, 4]);
    await expect(startInstallation({ data: first.data })).rejects.toThrow(/already runs.*http:\/\/127\.0\.0\.1/s);
    await expect(startInstallation({ args: ['--port', new URL(first.url).port] })).rejects.toThrow(/port/);
  });
});
