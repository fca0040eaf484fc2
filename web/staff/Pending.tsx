import { Skeleton } from '../ui/Waiting.tsx';
import { useSpeech } from './language.tsx';
import { Failure } from './Failure.tsx';

interface Query {
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
}

/** What stands where data will be: their outline, or why they cannot be had. */
export function Pending({ query, lines = 5 }: { readonly query: Query; readonly lines?: number }) {
  const { t } = useSpeech();
  if (query.error === null) return <Skeleton label={t('loading')} lines={lines} />;
  return <Failure error={query.error} onRetry={() => void query.refetch()} />;
}
