import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';

interface PagedData {
  readonly items: readonly unknown[];
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}

export interface ListBodyProps<Data extends PagedData> {
  readonly query: UseQueryResult<Data>;
  readonly empty: ReactNode;
  readonly children: (data: Data) => ReactNode;
  readonly onPage?: (page: number) => void;
}

/** The four states of every list: loading, failed, empty, rows with paging on the server. */
export function ListBody<Data extends PagedData>({ query, empty, children, onPage }: ListBodyProps<Data>) {
  const { t } = useSpeech();
  if (query.data === undefined) {
    if (query.error !== null) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
    return <Skeleton label={t('loading')} />;
  }
  if (query.data.items.length === 0) return <>{empty}</>;
  const { page, pageSize, total } = query.data;
  const pages = Math.ceil(total / pageSize);
  return (
    <>
      {children(query.data)}
      {pages > 1 && onPage !== undefined ? (
        <nav className="paging" aria-label={t('page.of', { page, pages })}>
          <Button small icon="left" {...(page > 1 ? {} : { busy: true })} onClick={() => onPage(page - 1)}>
            {t('page.previous')}
          </Button>
          <span className="num">{t('page.of', { page, pages })}</span>
          <Button small icon="right" {...(page < pages ? {} : { busy: true })} onClick={() => onPage(page + 1)}>
            {t('page.next')}
          </Button>
        </nav>
      ) : null}
    </>
  );
}
