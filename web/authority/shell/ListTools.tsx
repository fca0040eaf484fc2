import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { useSpeech } from '../speech.ts';

/** What stands above a list: search, filters, and the way out of them. */
export function ListTools({
  filters,
  children,
  end,
}: {
  readonly filters: { readonly filtered: boolean; readonly clear: () => void };
  readonly children: ReactNode;
  /** Behind the filters: taking the list away. */
  readonly end?: ReactNode;
}) {
  const { t } = useSpeech();
  return (
    <div className="list-tools no-print">
      {children}
      {filters.filtered ? (
        <Button small kind="quiet" onClick={filters.clear}>
          {t('filter.clear')}
        </Button>
      ) : null}
      {end}
    </div>
  );
}
