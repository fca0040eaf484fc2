import type { ReactNode } from 'react';
import { Skeleton } from '../../ui/Waiting.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { useSpeech } from '../speech.ts';

/** Rows of a group on the home page; more are behind its link. */
export const SHOWN = 8;

export interface GroupProps {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  /** Heads of the second to fourth column. */
  readonly columns: readonly string[];
  readonly query: { readonly data: unknown; readonly error: unknown; readonly refetch: () => Promise<unknown> };
  /** What can be done with the whole group. */
  readonly act?: ReactNode;
  readonly all: ReactNode;
  readonly children: ReactNode;
}

/** One kind of work that waits: how much, the first rows, the way to the rest. */
export function Group({ id, title, count, columns, query, act, all, children }: GroupProps) {
  const { t } = useSpeech();
  return (
    <section className="work" aria-labelledby={`group-${id}`}>
      <div className="work-head">
        <h2 id={`group-${id}`}>
          {title} <span className="count num">{count}</span>
          {act ?? null}
        </h2>
        <div className="work-columns" aria-hidden="true">
          {columns.map((column) => (
            <span key={column}>{column}</span>
          ))}
        </div>
      </div>
      {query.data !== undefined ? (
        <ul>{children}</ul>
      ) : query.error === null ? (
        <Skeleton lines={3} label={t('loading')} />
      ) : (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      )}
      {count > SHOWN ? <p className="work-all">{all}</p> : null}
    </section>
  );
}
