import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSpeech } from '../../staff/language.tsx';
import { answersQuery } from '../data/answer-queries.ts';

/** That answers fit nothing asked for, with the way to where they are settled. */
export function Unsettled() {
  const { t } = useSpeech();
  const unmatched = useInfiniteQuery(answersQuery(false));
  const count = unmatched.data?.pages[0]?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <section className="block">
      <h2>
        {t('un.title')} <span className="count num">{`${count}${unmatched.hasNextPage ? '+' : ''}`}</span>
      </h2>
      <p className="hint">{t('un.lead')}</p>
      <div className="actions">
        <Link className="button small" to="/ket-qua-chua-khop">
          {t('answers.to-page', { n: `${count}${unmatched.hasNextPage ? '+' : ''}` })}
        </Link>
      </div>
    </section>
  );
}
