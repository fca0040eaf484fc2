import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Skeleton } from '../../ui/Waiting.tsx';
import { sinceText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { requestsQuery } from '../data/issuer-queries.ts';
import { RequestTag } from './tags.tsx';

/** On the clerk's own page: requests to the issuer that wait for the organisation's signature. */
export function RequestsToSign({ count }: { readonly count: number }) {
  const { t, lang } = useSpeech();
  const requests = useInfiniteQuery(requestsQuery);
  const waiting = requests.data?.pages
    .flatMap((page) => page.items)
    .filter((one) => one.state === 'prepared' && one.sealedBy === undefined);
  return (
    <section className="work" aria-labelledby="group-requests">
      <div className="work-head">
        <h2 id="group-requests">
          {t('req.to-sign')} <span className="count num">{count}</span>
        </h2>
      </div>
      {waiting === undefined ? (
        <Skeleton lines={3} label={t('loading')} />
      ) : (
        <ul>
          {waiting.map((one) => (
            <li key={one.id} className="work-row">
              <div className="work-what">
                <Link to="/ho-so-cap/$id" params={{ id: one.id }} className="row-link" data-row="">
                  {one.number === undefined ? t('req.without-number') : t('req.one', { number: one.number })}
                </Link>
                <small>
                  {t('req.items')}: {one.items.toLocaleString(lang)}
                </small>
              </div>
              <div className="work-from">{one.createdBy}</div>
              <div className="work-since">
                <time dateTime={one.createdAt}>{sinceText(one.createdAt, Date.now())}</time>
              </div>
              <div className="work-state">
                <RequestTag request={one} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
