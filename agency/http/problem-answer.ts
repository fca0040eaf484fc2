import type { Problem } from '@antin/protocol/problem';
import type { BothLanguages } from '@antin/protocol/basics';
import type { ProblemRows } from '../problem-row.ts';
import { Refusal } from '../refusal.ts';

/** What is answered when a code has no row: our fault, never a reason to hide the code. */
const UNKNOWN: BothLanguages = { vi: 'Hệ thống gặp lỗi', en: 'The system has failed' };

/** RFC 9457 body of a code, with the catalogue's words. */
export function problemOf(
  rows: ProblemRows,
  code: string,
  extra: {
    detail?: Readonly<Record<string, string>> | undefined;
    fields?: readonly { path: string; code: string }[] | undefined;
  } = {},
): Problem {
  const row = rows[code];
  const words = Object.values(extra.detail ?? {}).join(' · ');
  return {
    type: `urn:antin:problem:${code}`,
    code,
    status: row?.status ?? 500,
    title: row?.title ?? UNKNOWN,
    ...(words === '' ? {} : { detail: { vi: words, en: words } }),
    ...(row?.remedy === undefined ? {} : { remedy: row.remedy }),
    ...(extra.fields === undefined
      ? {}
      : {
          fields: extra.fields.map((field) => ({
            path: field.path,
            code: field.code,
            message: rows[field.code]?.title ?? { vi: 'Giá trị không hợp lệ', en: 'Not a valid value' },
          })),
        }),
  };
}

export function problemResponse(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/**
 * Answers a thrown refusal with its row; anything else is a fault of ours, told to `onFault` and answered without its text.
 *
 * Refusals of other rooms (`DeviceRefusal`, `FormatFault` …) count when their code has a row.
 */
export function answerThrown(rows: ProblemRows, thrown: unknown, onFault: (fault: unknown) => void): Response {
  if (thrown instanceof Refusal)
    return problemResponse(problemOf(rows, thrown.code, { detail: thrown.detail, fields: thrown.fields }));
  const code = thrown instanceof Error ? (thrown as { code?: unknown }).code : undefined;
  if (typeof code === 'string' && rows[code] !== undefined) return problemResponse(problemOf(rows, code));
  onFault(thrown);
  return problemResponse(problemOf(rows, 'server.failed'));
}
