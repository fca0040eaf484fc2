import '../words.ts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../ui/Waiting.tsx';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { useFilters } from '../filters.ts';
import type { RequestSearch } from '../place.tsx';
import { againWhileShort } from '../paging.ts';
import { requestsQuery } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { RequestFilters } from './RequestFilters.tsx';
import { RequestTable } from './RequestTable.tsx';

/** All requests, longest waiting first; with a due filter the most urgent first. */
export function RequestsPage() {
  const { t } = useSpeech();
  const filters = useFilters<RequestSearch>('/yeu-cau');
  const { search, filtered } = filters;
  const rows = useInfiniteQuery({
    ...requestsQuery(search),
    placeholderData: keepPreviousData,
    refetchInterval: againWhileShort(60_000),
  });
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{search.waiting === undefined ? t('place.requests') : t(`wait.${search.waiting}`)}</h1>
      </header>
      <RequestFilters filters={filters} />
      <KeyedList
        query={rows}
        items={(page) => page.items}
        empty={
          <Empty title={t(filtered ? 'list.none' : 'list.empty')}>
            <p>{t(filtered ? 'list.none.text' : 'list.empty.text')}</p>
          </Empty>
        }
      >
        {(items) => <RequestTable rows={items} />}
      </KeyedList>
    </div>
  );
}
