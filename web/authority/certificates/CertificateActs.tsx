import { issuedRoutes } from '@antin/protocol/authority/issued';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { exactText } from '../../i18n/dates.ts';
import { paths } from '../../paths.ts';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../speech.ts';
import type { Detail } from './queries.ts';

/** Who agreed to what, each with the statement that was signed; newest first. */
export function CertificateActs({ detail }: { readonly detail: Detail }) {
  const { t, code, lang } = useSpeech();
  if (detail.acts.length === 0)
    return (
      <Empty title={t('cert.acts.none')}>
        <p>{t('cert.acts.none.text')}</p>
      </Empty>
    );
  return (
    <div className="act-check">
      <p className="hint">{t('cert.acts.lead')}</p>
      <ol className="history acts-of">
        {[...detail.acts].reverse().map((act, at) => (
          <li key={`${act.at}${act.act}${at}`}>
            <time dateTime={act.at}>{exactText(act.at)}</time>
            <span>
              <strong>{code('done', act.act, act.act)}</strong> · {act.by?.fullName ?? act.bySender ?? ''}
              {act.note === undefined ? null : <small>{code('cause', act.note, code('evidence', act.note, act.note))}</small>}
              {act.signature === 'none' ? null : (
                <small>
                  {act.signature === 'signed' ? (
                    <span className="act-signed">
                      <Icon name="good" size={14} /> {t('acts.signed')}
                    </span>
                  ) : (
                    t('acts.unsigned')
                  )}
                  {act.statement === undefined ? null : (
                    <span className="no-print">
                      {' · '}
                      <a href={addressOf(issuedRoutes.statement, { params: { id: act.statement } })} download>
                        {t('cert.acts.take')}
                      </a>
                      {' · '}
                      <a href={paths.verify[lang]} target="_blank" rel="noreferrer">
                        {t('cert.acts.verify')}
                      </a>
                    </span>
                  )}
                </small>
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
