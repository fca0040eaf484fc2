import { authorityJournalRoutes } from '@antin/protocol/authority/journal';
import { exactText } from '../../i18n/dates.ts';
import { addressOf } from '../../staff/client.ts';
import { Go } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import type { Detail } from './queries.ts';

/** What the journal says of the certificate, newest first; audit takes proofs with it. */
export function Happenings({ detail }: { readonly detail: Detail }) {
  const { t, code } = useSpeech();
  const { roles } = useSession();
  const audit = roles.includes('audit');
  return (
    <div className="act-check">
      <p className="hint">{t('cert.journal.lead')}</p>
      {detail.happenings.length === 0 ? <p>{t('cert.journal.none')}</p> : null}
      <ol className="history acts-of">
        {[...detail.happenings].reverse().map((one) => (
          <li key={one.number}>
            <time dateTime={one.at}>{exactText(one.at)}</time>
            <span>
              <strong>{code('kind', one.kind, one.kind)}</strong>
              {one.by === undefined ? '' : ` · ${one.by}`}
              <small className="num">
                {one.leafIndex === undefined ? t('cert.journal.waiting') : t('cert.journal.place', { n: one.leafIndex })}
                {audit && one.leafIndex !== undefined ? (
                  <span className="no-print">
                    {' · '}
                    <a href={addressOf(authorityJournalRoutes.proof, { params: { number: one.number } })} download>
                      {t('cert.journal.proof')}
                    </a>
                  </span>
                ) : null}
              </small>
            </span>
          </li>
        ))}
      </ol>
      {audit ? (
        <p className="no-print">
          <Go place={{ to: '/nhat-ky', search: { serial: detail.row.certificate.serialHex } }}>{t('place.journal')}</Go>
        </p>
      ) : null}
    </div>
  );
}
