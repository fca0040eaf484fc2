import '../words.ts';
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../../ui/Waiting.tsx';
import { instantText } from '../../i18n/dates.ts';
import { Pending } from '../../staff/Pending.tsx';
import { Go } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { suspendedQuery } from './queries.ts';

/** What is suspended now, longest first; a suspension is lifted by another officer than the one who made it. */
export function SuspendedPage() {
  const { t, code } = useSpeech();
  const { roles } = useSession();
  const held = useQuery(suspendedQuery);
  const revoker = roles.includes('revocation');
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.suspended')}</h1>
        <p className="hint">{t('held.lead')}</p>
      </header>
      {held.data === undefined ? (
        <Pending query={held} lines={4} />
      ) : held.data.items.length === 0 ? (
        <Empty title={t('held.none')}>
          <p>
            {t('held.none.text')} <Go place={{ to: '/chung-thu', search: { profile: 'citizen' } }}>{t('profile.citizen')}</Go>
          </p>
        </Empty>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.suspended')}>
          <table className="table list held">
            <thead>
              <tr>
                <th scope="col">{t('certs.subject')}</th>
                <th scope="col">{t('held.since')}</th>
                <th scope="col">{t('held.by')}</th>
                <th scope="col">{t('act.reason')}</th>
                {revoker ? (
                  <th scope="col">
                    <span className="visually-hidden">{t('cert.lift')}</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {held.data.items.map((one) => {
                const params = { issuer: one.certificate.issuerSha256, serial: one.certificate.serialHex };
                return (
                  <tr key={one.certificate.serialHex}>
                    <td className="subject">
                      <Go place={{ to: '/chung-thu/$issuer/$serial', params }} className="row-link" row>
                        {one.name}
                      </Go>
                      <small>
                        {code('profile', one.profile)} · <span className="mono">{one.certificate.serialHex}</span>
                      </small>
                    </td>
                    <td className="nowrap" data-label={t('held.since')}>
                      {instantText(one.suspendedAt)}
                    </td>
                    <td data-label={t('held.by')}>{one.by?.fullName ?? '–'}</td>
                    <td data-label={t('act.reason')}>{one.reason ?? '–'}</td>
                    {revoker ? (
                      <td>
                        {one.mine ? (
                          <small>{t('held.mine')}</small>
                        ) : (
                          <Go
                            place={{ to: '/chung-thu/$issuer/$serial/$act', params: { ...params, act: 'lift' } }}
                            className="button small"
                          >
                            {t('cert.lift')}
                          </Go>
                        )}
                      </td>
                    ) : null}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
