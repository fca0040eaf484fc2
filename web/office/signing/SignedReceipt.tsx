import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Icon } from '../../ui/Icon.tsx';
import { Skeleton } from '../../ui/Waiting.tsx';
import { exactText } from '../../i18n/dates.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { documentQuery } from '../data/document-queries.ts';
import { outgoingQuery } from '../data/list-queries.ts';

/** After the signature: when, and what happens next. */
export function SignedReceipt({ id }: { readonly id: string }) {
  const { t } = useSpeech();
  const view = useQuery(documentQuery(id));
  const waiting = useQuery(outgoingQuery({ mine: 'to-sign', pageSize: 2 }));
  if (view.data === undefined) return <Skeleton label={t('loading')} />;
  const signature = view.data.signatures.filter((one) => one.kind === 'person').at(-1);
  const next = waiting.data?.items.find((row) => row.id !== id);
  return (
    <div className="page narrow">
      <div className="receipt" role="status">
        <Icon name="check" size={36} />
        <div>
          <h1>{t('sign.done.title')}</h1>
          <p>{asTitle(view.data.subject)}</p>
        </div>
      </div>
      <dl className="facts">
        {signature === undefined ? null : (
          <>
            <div>
              <dt>{t('doc.signer')}</dt>
              <dd>
                {signature.name}
                {signature.title === undefined ? '' : `, ${signature.title}`}
              </dd>
            </div>
            <div>
              <dt>{t('sign.done.at')}</dt>
              <dd>
                <time dateTime={signature.at}>{exactText(signature.at)}</time>
                {signature.level === null ? '' : ` · PAdES ${signature.level}`}
              </dd>
            </div>
          </>
        )}
      </dl>
      {view.data.timeStampPending === true ? <p className="note amber">{t('stamp.pending.signed')}</p> : null}
      <p>{t('sign.done.next')}</p>
      <div className="actions">
        {next === undefined ? null : (
          <Link className="button primary" to="/van-ban-di/$id" params={{ id: next.id }}>
            {t('sign.done.next-one')}
          </Link>
        )}
        <Link className="button" to="/van-ban-di/$id" params={{ id }}>
          {t('sign.done.open')}
        </Link>
        <Link className="button quiet" to="/">
          {t('place.home')}
        </Link>
      </div>
    </div>
  );
}
