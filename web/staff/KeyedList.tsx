import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { useSpeech } from './language.tsx';
import { Pending } from './Pending.tsx';

interface KeyedQuery<Page> {
  readonly data: { readonly pages: readonly Page[] } | undefined;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

export interface KeyedListProps<Page, Item> {
  readonly query: KeyedQuery<Page>;
  readonly items: (page: Page) => readonly Item[];
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/**
 * The states of a list that goes on by key: outline, failure with retry, empty, rows and a button for the next ones. The button
 * stays under the hand: rows come above it, and a failure of the next page leaves those that are there.
 */
export function KeyedList<Page, Item>({ query, items, empty, children }: KeyedListProps<Page, Item>) {
  const { t, lang } = useSpeech();
  if (query.data === undefined) return <Pending query={query} lines={8} />;
  const all = query.data.pages.flatMap(items);
  if (all.length === 0) return <>{empty}</>;
  const failed = query.isFetchNextPageError;
  return (
    <>
      {children(all)}
      <div className="paging no-print">
        {query.hasNextPage ? (
          <Button small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t(failed ? 'retry' : 'keyed.more')}
          </Button>
        ) : null}
        <span className="hint num" role="status">
          {failed ? `${t('keyed.failed')} ` : ''}
          {t(query.hasNextPage ? 'keyed.shown' : 'keyed.all', { n: all.length.toLocaleString(lang) })}
        </span>
      </div>
    </>
  );
}
