import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { exactText } from '../../i18n/dates.ts';
import { useSpeech } from '../speech.ts';
import type { Detail } from './queries.ts';

/** Who did what and when, each act with what was shown then and whether it was signed; newest first. */
export function ActsOf({ detail }: { readonly detail: Detail }) {
  const { t, code } = useSpeech();
  if (detail.acts.length === 0)
    return (
      <Empty title={t('acts.none')}>
        <p>{t('acts.none.text')}</p>
      </Empty>
    );
  return (
    <ol className="history acts-of">
      {[...detail.acts].reverse().map((act) => (
        <li key={`${act.at}${act.act}${act.note ?? ''}`}>
          <time dateTime={act.at}>{exactText(act.at)}</time>
          <span>
            <strong>{code('done', act.act, act.act)}</strong> · {act.by?.fullName ?? act.bySender ?? ''}
            {act.note === undefined ? null : <small>{code('evidence', act.note, act.note)}</small>}
            {act.shownSha256 === undefined ? null : (
              <small>
                {act.signature === 'signed' ? (
                  <span className="act-signed">
                    <Icon name="good" size={14} /> {t('acts.signed')}
                  </span>
                ) : (
                  t('acts.unsigned')
                )}{' '}
                · {t('acts.shown')} <span className="mono">{act.shownSha256.slice(0, 16)}…</span>
                {act.shownSha256 === detail.shownSha256 ? '' : ` (${t('acts.shown.older')})`}
              </small>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
