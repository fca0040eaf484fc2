import '../words.ts';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { submissionRoutes } from '@antin/protocol/authority/submissions';
import { Empty } from '../../ui/Waiting.tsx';
import { call } from '../../staff/client.ts';
import { MorePages } from '../shell/MorePages.tsx';
import { useGo } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { ReceiveFile } from './ReceiveFile.tsx';
import { SubmissionList } from './SubmissionList.tsx';

const STATUSES = ['accepted', 'quarantined', 'dismissed'] as const;
type Status = (typeof STATUSES)[number];

const submissionsQuery = (status: Status | undefined) =>
  infiniteQueryOptions({
    queryKey: ['submissions', 'list', status],
    queryFn: ({ pageParam, signal }) =>
      call(
        submissionRoutes.list,
        { query: { ...(status === undefined ? {} : { status }), ...(pageParam === '' ? {} : { after: pageParam }), limit: 50 } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

/** Requests as they came, newest first; what could not be taken in as it is stands apart. */
export function SubmissionsPage() {
  const { t } = useSpeech();
  const go = useGo();
  const { roles } = useSession();
  const { status } = useSearch({ strict: false }) as { status?: Status };
  const rows = useInfiniteQuery({ ...submissionsQuery(status), refetchInterval: 30_000 });
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.submissions')}</h1>
      </header>
      {roles.includes('registration') ? <ReceiveFile /> : null}
      <div className="list-tools no-print">
        <select
          className="input"
          aria-label={t('sub.filter')}
          value={status ?? ''}
          onChange={(event) => {
            const chosen = STATUSES.find((one) => one === event.target.value);
            go({ to: '/ho-so', ...(chosen === undefined ? {} : { search: { status: chosen } }) }, true);
          }}
        >
          <option value="">{t('sub.filter')}</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {t(`sub.${one}`)}
            </option>
          ))}
        </select>
      </div>
      <MorePages
        query={rows}
        items={(page) => page.items}
        empty={
          <Empty title={t('sub.none')}>
            <p>{t('sub.none.text')}</p>
          </Empty>
        }
      >
        {(items) => <SubmissionList rows={items} />}
      </MorePages>
    </div>
  );
}
