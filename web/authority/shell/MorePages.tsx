import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { useSpeech } from '../speech.ts';

interface PagedQuery<Page> {
  readonly data: { readonly pages: readonly Page[] } | undefined;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

export interface MorePagesProps<Page, Item> {
  readonly query: PagedQuery<Page>;
  readonly items: (page: Page) => readonly Item[];
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** The states of a list that goes on by key: outline, failure with retry, empty, rows and a button for the next ones. */
export function MorePages<Page, Item>({ query, items, empty, children }: MorePagesProps<Page, Item>) {
  const { t, lang } = useSpeech();
  if (query.data === undefined) return <Pending query={query} lines={8} />;
  const all = query.data.pages.flatMap((page) => [...items(page)]);
  if (all.length === 0) return <>{empty}</>;
  return (
    <>
      {children(all)}
      <div className="paging no-print">
        {query.hasNextPage ? (
          <Button small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t(query.isFetchNextPageError ? 'retry' : 'more.next')}
          </Button>
        ) : null}
        <span className="hint num" role="status">
          {t(query.hasNextPage ? 'more.shown' : 'more.all', { n: all.length.toLocaleString(lang) })}
        </span>
      </div>
    </>
  );
}
