import { afterEach, describe, expect, it, vi } from 'vitest';
import { documentRoutes } from '@antin/protocol/office/documents';
import { registerRoutes } from '@antin/protocol/office/registers';
import { sessionRoutes } from '@antin/protocol/office/session';
import { addressOf, call, ProblemError } from './client.ts';

afterEach(() => vi.unstubAllGlobals());

const answer = (body: unknown, status = 200) => vi.stubGlobal('fetch', () => Promise.resolve(Response.json(body, { status })));

const failure = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return error instanceof ProblemError ? error.problem.code : `unexpected ${String(error)}`;
};

describe('a call of the route table', () => {
  it('puts parameters in the path and leaves out what is not asked', () => {
    expect(addressOf(documentRoutes.file, { params: { id: 'a/b', fileId: 'c' } })).toBe('/api/documents/a%2Fb/files/c');
    expect(addressOf(documentRoutes.list, { query: { q: 'dự toán', page: 2, state: undefined, mine: '' } })).toBe(
      '/api/documents?q=d%E1%BB%B1+to%C3%A1n&page=2',
    );
  });

  it('gives the parsed answer', async () => {
    answer({ registers: [] });
    expect(await call(registerRoutes.list, {})).toEqual({ registers: [] });
  });

  it('turns problem+json into a typed error with both languages', async () => {
    answer(
      {
        type: 'about:blank',
        code: 'session.required',
        status: 401,
        title: 'Cần đăng nhập',
        titles: { vi: 'Cần đăng nhập', en: 'Sign in' },
      },
      401,
    );
    expect(await failure(call(sessionRoutes.current, {}))).toBe('session.required');
  });

  it('refuses an answer that is not of the agreed form', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    answer({ registers: [{ id: 7 }] });
    expect(await failure(call(registerRoutes.list, {}))).toBe('network.unreadable-answer');
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })));
    expect(await failure(call(registerRoutes.list, {}))).toBe('network.unreadable-answer');
  });

  it('names an unreachable server', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    expect(await failure(call(registerRoutes.list, {}))).toBe('network.unreachable');
  });
});
