import type { ProblemRows } from '@antin/adapters/http/problem';

/** What a public search may be answered with. */
export const publicationProblems = {
  'certificates.one-criterion': {
    status: 400,
    title: {
      vi: 'Hãy tra cứu theo đúng một tiêu chí: số hiệu, vân tay, thư điện tử hoặc tên',
      en: 'Search by exactly one of number, fingerprint, mail or words',
    },
  },
} as const satisfies ProblemRows;
