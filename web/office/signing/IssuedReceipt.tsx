import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { documentRoutes, type DocumentView } from '@antin/protocol/office/documents';
import { Icon } from '../../ui/Icon.tsx';
import { dayText, exactText } from '../../i18n/dates.ts';
import { addressOf } from '../../staff/client.ts';
import { asTitle } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { documentQuery } from '../data/document-queries.ts';
import { Deliveries, inMotion } from '../shell/Deliveries.tsx';

/** The receipt: number, date, time, and deliveries that fill while one looks. It can be opened again by its address. */
export function IssuedReceipt({ view }: { readonly view: DocumentView }) {
  const { t } = useSpeech();
  const typeName = useTypeName();
  const live = useQuery({
    ...documentQuery(view.id),
    refetchInterval: (query) => (query.state.data === undefined || inMotion(query.state.data.deliveries) ? 2_000 : false),
  });
  const data = live.data ?? view;
  const seal = data.signatures.filter((one) => one.kind === 'organisation').at(-1);
  const main = data.files.find((file) => file.role === 'main');
  const arrived = data.deliveries.filter((delivery) => delivery.state !== 'queued').length;
  return (
    <div className="page narrow">
      <div className="receipt" role="status">
        <Icon name="check" size={36} />
        <div>
          <h1>
            {t('issue.done.title')} <span className="notation">{data.numberAndNotation}</span>
          </h1>
          <p>{asTitle(data.subject)}</p>
        </div>
      </div>
      <dl className="facts">
        <div>
          <dt>{t('draft.type')}</dt>
          <dd>{typeName(data.typeCode, data.typeName)}</dd>
        </div>
        <div>
          <dt>{t('issue.date')}</dt>
          <dd>{data.date === undefined ? '' : dayText(data.date)}</dd>
        </div>
        {seal === undefined ? null : (
          <div>
            <dt>{t('issue.seal')}</dt>
            <dd>
              {seal.name} · <time dateTime={seal.at}>{exactText(seal.at)}</time>
            </dd>
          </div>
        )}
        <div>
          <dt>{t('doc.signer')}</dt>
          <dd>
            {data.signerName}, {data.signerTitle}
          </dd>
        </div>
      </dl>
      <div className="actions no-print">
        {main === undefined ? null : (
          <a
            className="button primary"
            href={addressOf(documentRoutes.file, { params: { id: data.id, fileId: main.id } })}
            download={main.name}
          >
            <Icon name="download" size={18} /> {t('issue.done.save')}
          </a>
        )}
        <button type="button" className="button" onClick={() => window.print()}>
          <Icon name="print" size={18} /> {t('doc.print')}
        </button>
        <Link className="button" to="/van-ban-di/$id" params={{ id: data.id }}>
          {t('sign.done.open')}
        </Link>
        <Link className="button quiet" to="/">
          {t('place.home')}
        </Link>
      </div>
      <section className="block">
        <h2>
          {t('issue.done.deliveries')}{' '}
          <span className="hint num">{t('issue.done.arrived', { n: arrived, total: data.deliveries.length })}</span>
        </h2>
        <Deliveries deliveries={data.deliveries} />
      </section>
    </div>
  );
}
