import '../words.ts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../ui/Waiting.tsx';
import { MorePages } from '../shell/MorePages.tsx';
import { useRequestSearch } from '../address.ts';
import { requestsQuery } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { RequestFilters } from './RequestFilters.tsx';
import { RequestTable } from './RequestTable.tsx';

/** All requests, longest waiting first; with a due filter the most urgent first. */
export function RequestsPage() {
  const { t } = useSpeech();
  const search = useRequestSearch();
  const rows = useInfiniteQuery({ ...requestsQuery(search), placeholderData: keepPreviousData, refetchInterval: 60_000 });
  const filtered = Object.keys(search).length > 0;
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{search.waiting === undefined ? t('place.requests') : t(`wait.${search.waiting}`)}</h1>
      </header>
      <RequestFilters search={search} />
      <MorePages
        query={rows}
        items={(page) => page.items}
        empty={
          <Empty title={t(filtered ? 'list.none' : 'list.empty')}>
            <p>{t(filtered ? 'list.none.text' : 'list.empty.text')}</p>
          </Empty>
        }
      >
        {(items) => <RequestTable rows={items} />}
      </MorePages>
    </div>
  );
}
