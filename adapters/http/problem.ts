import type { Context } from 'hono';
import type { BothLanguages } from '@antin/protocol/basics';
import type { Problem } from '@antin/protocol/problem';

/** One row of the catalogue: code → status and words. */
export interface ProblemRow {
  readonly status: number;
  readonly title: BothLanguages;
  /** What the reader can do now. */
  readonly remedy?: BothLanguages;
}
export type ProblemRows = Readonly<Record<string, ProblemRow>>;

/** What any server may answer; rooms add their own rows. */
export const httpProblems = {
  'http.not-found': {
    status: 404,
    title: { vi: 'Không tìm thấy trang hoặc dữ liệu này', en: 'There is nothing at this address' },
  },
  'http.invalid-body': {
    status: 400,
    title: { vi: 'Dữ liệu gửi lên chưa đúng', en: 'What was sent is not complete or not right' },
  },
  'http.invalid-query': {
    status: 400,
    title: { vi: 'Địa chỉ có tham số chưa đúng', en: 'The address has a parameter that is not right' },
  },
  'http.invalid-json': { status: 400, title: { vi: 'Nội dung gửi lên không phải JSON hợp lệ', en: 'What was sent is not JSON' } },
  'http.unsupported-type': {
    status: 415,
    title: { vi: 'Kiểu nội dung không được hỗ trợ', en: 'This type of content is not supported' },
  },
  'http.body-too-large': {
    status: 413,
    title: { vi: 'Tệp hoặc nội dung quá lớn', en: 'The file or content is too large' },
    remedy: {
      vi: 'Hãy chia nhỏ tệp hoặc giảm dung lượng rồi gửi lại.',
      en: 'Split the file or make it smaller, then send it again.',
    },
  },
  'http.body-broken': { status: 400, title: { vi: 'Việc gửi tệp bị gián đoạn', en: 'Sending broke off' } },
  'http.cross-site': {
    status: 403,
    title: { vi: 'Yêu cầu đến từ một trang khác nên bị từ chối', en: 'Refused: the request came from another site' },
    remedy: { vi: 'Hãy mở lại trang này từ địa chỉ của hệ thống.', en: 'Open the page again from this system’s own address.' },
  },
  'http.wrong-host': {
    status: 421,
    title: { vi: 'Máy chủ không phục vụ tên miền này', en: 'This server does not answer for that host name' },
  },
  'http.too-many-requests': {
    status: 429,
    title: { vi: 'Quá nhiều yêu cầu trong thời gian ngắn', en: 'Too many requests in a short time' },
    remedy: { vi: 'Hãy chờ một lát rồi thử lại.', en: 'Wait a moment and try again.' },
  },
  'http.fault': {
    status: 500,
    title: { vi: 'Hệ thống gặp lỗi, việc chưa được thực hiện', en: 'Something failed on our side; nothing was done' },
    remedy: {
      vi: 'Hãy thử lại; nếu vẫn lỗi, báo cho quản trị viên mã yêu cầu này.',
      en: 'Try again; if it fails again, tell the administrator this request id.',
    },
  },
  'http.unavailable': {
    status: 503,
    title: { vi: 'Hệ thống tạm thời chưa sẵn sàng', en: 'The system is not ready at the moment' },
    remedy: { vi: 'Hãy thử lại sau ít phút.', en: 'Try again in a few minutes.' },
  },
} satisfies ProblemRows;

/** Anything thrown with a stable code: `HttpRefusal`, a room's refusal, a fault. */
export interface Coded {
  readonly code: string;
  readonly detail?: unknown;
  readonly fields?: readonly { readonly path: string; readonly code: string }[] | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export function isCoded(fault: unknown): fault is Coded {
  return typeof fault === 'object' && fault !== null && typeof (fault as { code?: unknown }).code === 'string';
}

/** The answer of RFC 9457 for a row. `words` gives field errors their sentence; a field without one shows the row's title. */
export function problemAnswer(c: Context, rows: ProblemRows, said: Coded): Response {
  const row = rows[said.code] ?? httpProblems['http.fault'];
  const problem: Problem = {
    type: `urn:antin:problem:${said.code}`,
    code: said.code,
    status: row.status,
    title: row.title.vi,
    titles: row.title,
    ...(row.remedy === undefined ? {} : { remedy: row.remedy }),
    ...(isWords(said.detail) ? { detail: said.detail.vi, details: said.detail } : {}),
    ...(said.fields === undefined
      ? {}
      : { fields: said.fields.map(({ path, code }) => ({ path, code, message: rows[code]?.title ?? fieldWords(code) })) }),
    instance: `urn:antin:request:${requestIdOf(c)}`,
  };
  return new Response(JSON.stringify(problem), {
    status: row.status,
    headers: { ...said.headers, 'content-type': 'application/problem+json; charset=utf-8' },
  });
}

export function requestIdOf(c: Context): string {
  return (c.get('requestId') as string | undefined) ?? 'none';
}

function isWords(value: unknown): value is BothLanguages {
  const words = value as Partial<BothLanguages> | undefined | null;
  return typeof words?.vi === 'string' && typeof words.en === 'string';
}

function fieldWords(code: string): BothLanguages {
  return FIELD_WORDS[code] ?? { vi: 'Giá trị chưa hợp lệ', en: 'Not a valid value' };
}

/** Codes of zod issues. */
const FIELD_WORDS: Readonly<Record<string, BothLanguages>> = {
  'field.missing': { vi: 'Chưa nhập', en: 'Missing' },
  'field.invalid-type': { vi: 'Sai kiểu dữ liệu', en: 'Not the right kind of value' },
  'field.too-small': { vi: 'Quá ngắn hoặc quá nhỏ', en: 'Too short or too small' },
  'field.too-big': { vi: 'Quá dài hoặc quá lớn', en: 'Too long or too large' },
  'field.invalid-format': { vi: 'Sai định dạng', en: 'Not in the expected format' },
  'field.invalid-value': { vi: 'Không nằm trong các giá trị cho phép', en: 'Not one of the allowed values' },
  'field.unrecognized-keys': { vi: 'Có trường không được chấp nhận', en: 'Has a field that is not accepted' },
};
