import { Link } from '@tanstack/react-router';
import { Button } from '../ui/Button.tsx';
import { ProblemError } from './client.ts';
import { useSpeech } from './language.tsx';

/** What went wrong, what to do, and a button that tries again. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t, both } = useSpeech();
  const problem = error instanceof ProblemError ? error.problem : undefined;
  if (problem?.status === 404) {
    return (
      <div className="block" role="alert">
        <h1>{t('failure.missing')}</h1>
        <p>
          {both(problem.titles)}. {problem.remedy === undefined ? '' : both(problem.remedy)}
        </p>
        <p>
          <Link to="/" className="button">
            {t('place.home')}
          </Link>
        </p>
      </div>
    );
  }
  return (
    <div className="failure" role="alert">
      <h2>{t('failure.title')}</h2>
      {problem === undefined ? null : (
        <p>
          {both(problem.titles)} {problem.remedy === undefined ? '' : both(problem.remedy)}
        </p>
      )}
      <p className="hint mono">{problem?.code ?? (error instanceof Error ? error.message : '')}</p>
      {onRetry === undefined ? null : (
        <Button small onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}
