import type { z } from 'zod';
import { Problem } from '@antin/protocol/problem';
import type { Route } from '@antin/protocol/route';

type Member<Name extends string, Schema> = Schema extends z.ZodType
  ? unknown extends z.input<Schema>
    ? object
    : object extends z.input<Schema>
      ? { readonly [key in Name]?: z.input<Schema> }
      : { readonly [key in Name]: z.input<Schema> }
  : object;

/** What a call of this row needs: `params`, `query`, `body`, each only when the row declares it. */
export type InputOf<R> =
  R extends Route<infer P, infer Q, infer B, z.ZodType> ? Member<'params', P> & Member<'query', Q> & Member<'body', B> : never;
export type AnswerOf<R> = R extends Route<z.ZodType, z.ZodType, z.ZodType, infer A> ? z.output<A> : never;

interface AnyInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Every refusal of the server, and an unreachable server, with words in both languages. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

export const unreachable: Problem = {
  type: 'about:blank',
  code: 'network.unreachable',
  status: 0,
  title: 'Không kết nối được tới máy chủ.',
  titles: { vi: 'Không kết nối được tới máy chủ.', en: 'The server cannot be reached.' },
  remedy: {
    vi: 'Kiểm tra mạng rồi thử lại. Những gì đã nhập vẫn còn.',
    en: 'Check the network and try again. What you typed is kept.',
  },
};

const unreadable: Problem = {
  type: 'about:blank',
  code: 'network.unreadable-answer',
  status: 0,
  title: 'Máy chủ trả lời không đúng giao thức.',
  titles: { vi: 'Máy chủ trả lời không đúng giao thức.', en: 'The server’s answer is not of the agreed form.' },
  remedy: {
    vi: 'Tải lại trang. Nếu vẫn vậy, báo quản trị hệ thống mã này.',
    en: 'Reload the page. If it happens again, report this code to the administrator.',
  },
};

/** Path and query of a row with its values in place. */
export function addressOf(row: { readonly path: string }, input: AnyInput = {}): string {
  const path = row.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input.params?.[name] ?? '')));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== '' && value !== false) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * Calls a row of the route tables and parses the answer with its schema.
 *
 * @throws {ProblemError} the server's problem, `network.unreachable`, `network.unreadable-answer`
 */
export async function call<R extends Route>(row: R, input: InputOf<R>, signal?: AbortSignal): Promise<AnswerOf<R>> {
  const given = input as AnyInput;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (given.body !== undefined) headers['content-type'] = 'application/json';
  const response = await reach(addressOf(row, given), {
    method: row.method,
    headers,
    credentials: 'same-origin',
    ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  const parsed = row.answer.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) {
    console.error('answer not of the agreed form', row.path, parsed.error.issues);
    throw new ProblemError(unreadable);
  }
  return parsed.data as AnswerOf<R>;
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ProblemError(unreachable);
  }
}

/** The problem+json of a refusal; something readable when the body is none. */
export async function problemOf(response: Response): Promise<Problem> {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined));
  return parsed.success ? parsed.data : { ...unreadable, status: response.status };
}
