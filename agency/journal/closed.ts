import type { MiddlewareHandler } from 'hono';
import type { JobHandler } from '@antin/adapters/db/worker';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { ProblemRows } from '@antin/adapters/http/problem';

/** Why an office does nothing: its database was set back behind the copy of its journal, or disagrees with it. */
export type WhySetBack = () => { readonly code: string; readonly text: string } | undefined;

const FORGETFUL = new Set(['journal.set-back', 'journal.forked']);
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A missing copy stops no office; a database of yesterday would give out yesterday's numbers a second time. */
export function isSetBack(why: ReturnType<WhySetBack>): why is { readonly code: string; readonly text: string } {
  return why !== undefined && FORGETFUL.has(why.code);
}

/** Refuses every act while the office is set back; reading, and judging files that somebody sends, go on. */
export function refuseWhileSetBack(why: WhySetBack): MiddlewareHandler {
  return async (c, next) => {
    const found = why();
    if (isSetBack(found) && !READING.has(c.req.method) && !/^\/api\/verify(\/|$)/.test(c.req.path)) {
      // Words of their own: an issuer in the same process says the same of itself.
      throw new HttpRefusal(found.code.replace('journal.', 'journal.office-'), { headers: { 'retry-after': '600' } });
    }
    await next();
  };
}

/** Jobs wait until the office is whole again. */
export function jobsUnlessSetBack(handlers: Readonly<Record<string, JobHandler>>, why: WhySetBack): Record<string, JobHandler> {
  return Object.fromEntries(
    Object.entries(handlers).map(([queue, handler]): [string, JobHandler] => [
      queue,
      async (job, context) => {
        const found = why();
        return isSetBack(found) ? { status: 'retry', reason: found.code } : handler(job, context);
      },
    ]),
  );
}

const remedy = {
  vi: 'Báo cho quản trị viên: cần khôi phục phần đã quên từ bản sao nhật ký (antin journal restore).',
  en: 'Tell the administrator: what was forgotten is restored from the copy of the journal (antin journal restore).',
};

export const journalProblems = {
  'journal.office-set-back': {
    status: 503,
    title: {
      vi: 'Cơ sở dữ liệu đã bị lùi về quá khứ: chưa thể thực hiện, để không cấp trùng số văn bản',
      en: 'The database was set back: nothing is done, so that no number is given twice',
    },
    remedy,
  },
  'journal.office-forked': {
    status: 503,
    title: {
      vi: 'Cơ sở dữ liệu và bản sao nhật ký không khớp nhau: chưa thể thực hiện',
      en: 'The database and the copy of its journal disagree: nothing is done',
    },
    remedy,
  },
  'journal.not-sealed-yet': {
    status: 409,
    title: {
      vi: 'Mục này chưa nằm dưới đầu nhật ký đã ký nên chưa có chứng minh',
      en: 'No signed head of the journal holds this entry yet, so there is no proof',
    },
    remedy: { vi: 'Hãy thử lại sau ít phút.', en: 'Try again in a few minutes.' },
  },
} as const satisfies ProblemRows;
