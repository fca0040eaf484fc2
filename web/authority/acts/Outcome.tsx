import { Icon } from '../../ui/Icon.tsx';
import { exactText } from '../../i18n/dates.ts';
import { Go, type PageAct } from '../place.tsx';
import type { Detail } from '../request/queries.ts';
import { RequestTag, useKind } from '../requests/states.tsx';
import { useSpeech } from '../speech.ts';

/** What was done, when, by whom and with which hash, and what comes next. */
export function Outcome({ act, detail }: { readonly act: PageAct; readonly detail: Detail }) {
  const { t } = useSpeech();
  const kind = useKind();
  const { row, acts, issued } = detail;
  const last = acts.at(-1);
  return (
    <div className="page narrow">
      <div className="receipt" role="status">
        <Icon name="check" size={40} />
        <div>
          <h1>{t(`outcome.${act}`)}</h1>
          <p>
            {row.subject} · {kind(row)}
          </p>
        </div>
      </div>
      <dl className="facts">
        <div>
          <dt>{t('col.state')}</dt>
          <dd>
            <RequestTag state={row.state} />
          </dd>
        </div>
        {last === undefined ? null : (
          <>
            <div>
              <dt>{t('outcome.at')}</dt>
              <dd>{exactText(last.at)}</dd>
            </div>
            <div>
              <dt>{t('outcome.by')}</dt>
              <dd>
                {last.by?.fullName} {last.signature === 'signed' ? `(${t('acts.signed')})` : ''}
              </dd>
            </div>
          </>
        )}
        {issued === undefined ? null : (
          <div>
            <dt>{t('outcome.serial')}</dt>
            <dd className="mono">{issued.serialHex}</dd>
          </div>
        )}
        <div>
          <dt>{t('shown.hash')}</dt>
          <dd className="mono">{detail.shownSha256}</dd>
        </div>
      </dl>
      <div className="note ink">
        <strong>{t('outcome.next')}</strong>
        <p>{t(`outcome.next.${act}`)}</p>
      </div>
      <div className="actions">
        <Go place={{ to: '/' }} className="button primary">
          {t('place.home')}
        </Go>
        <Go place={{ to: '/yeu-cau/$id', params: { id: row.id } }} className="button">
          {t('outcome.see')}
        </Go>
      </div>
    </div>
  );
}
