import '../words.ts';
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { submissionRoutes } from '@antin/protocol/authority/submissions';
import { Empty } from '../../ui/Waiting.tsx';
import { call } from '../../staff/client.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { Filter } from '../shell/Filter.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { useFilters } from '../filters.ts';
import { againWhileShort, pageAfter } from '../paging.ts';
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
      call(submissionRoutes.list, { query: { ...(status === undefined ? {} : { status }), ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

/** Requests as they came, newest first; what could not be taken in as it is stands apart. */
export function SubmissionsPage() {
  const { t } = useSpeech();
  const { roles } = useSession();
  const filters = useFilters<{ readonly status?: Status }>('/ho-so');
  const { status } = filters.search;
  const rows = useInfiniteQuery({
    ...submissionsQuery(status),
    placeholderData: keepPreviousData,
    refetchInterval: againWhileShort(30_000),
  });
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.submissions')}</h1>
      </header>
      {roles.includes('registration') ? <ReceiveFile /> : null}
      <ListTools filters={filters}>
        <Filter
          label={t('sub.filter')}
          value={status ?? ''}
          onChange={(value) => filters.change({ status: value })}
          options={STATUSES.map((one) => [one, t(`sub.${one}`)])}
        />
      </ListTools>
      <KeyedList
        query={rows}
        items={(page) => page.items}
        empty={
          <Empty title={t(filters.filtered ? 'list.none' : 'sub.none')}>
            <p>{t(filters.filtered ? 'list.none.text' : 'sub.none.text')}</p>
          </Empty>
        }
      >
        {(items) => <SubmissionList rows={items} />}
      </KeyedList>
    </div>
  );
}
