import type { z } from 'zod';
import { Problem } from '@antin/protocol/problem';
import type { Route } from '@antin/protocol/route';
import { addressOf, ProblemError, unreachable, type AnswerOf } from '../../staff/client.ts';

export interface Sending {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly file: File;
  readonly progress?: (share: number) => void;
}

/**
 * Sends a file as the raw body of a row and says how far it is; its name stands in `x-file-name`.
 *
 * @throws {ProblemError} as `call`
 */
export function sendFile<R extends Route>(row: R, { params, query, file, progress }: Sending): Promise<AnswerOf<R>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(
      row.method,
      addressOf(row, { ...(params === undefined ? {} : { params }), ...(query === undefined ? {} : { query }) }),
    );
    request.setRequestHeader('content-type', row.rawBody ?? 'application/octet-stream');
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name.normalize('NFC')));
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = (event) => progress?.(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new ProblemError(unreachable));
    request.onload = () => {
      const body = parsed(request.responseText);
      const answer = (row.answer as z.ZodType).safeParse(body);
      if (request.status < 300 && answer.success) return resolve(answer.data as AnswerOf<R>);
      const problem = Problem.safeParse(body);
      reject(new ProblemError(problem.success ? problem.data : { ...unreachable, status: request.status }));
    };
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
