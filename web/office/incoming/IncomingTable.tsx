import { Link } from '@tanstack/react-router';
import type { IncomingRow } from '@antin/protocol/office/incoming';
import { dayText, sinceText } from '../../i18n/dates.ts';
import { asTitle, shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { IncomingTag, UrgencyTag, VerdictTag } from '../shell/states.tsx';

export function IncomingTable({ rows }: { readonly rows: readonly IncomingRow[] }) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.incoming')}>
      <table className="table list documents incoming">
        <thead>
          <tr>
            <th scope="col">{t('row.incoming-number')}</th>
            <th scope="col">{t('row.arrived')}</th>
            <th scope="col">{t('row.number')}</th>
            <th scope="col" className="grow">
              {t('row.subject')}
            </th>
            <th scope="col">{t('row.from')}</th>
            <th scope="col">{t('row.verdict')}</th>
            <th scope="col">{t('row.state')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="right num" data-label={t('row.incoming-number')}>
                {row.incomingNumber ?? ''}
              </td>
              <td className="nowrap" data-label={t('row.arrived')}>
                {sinceText(row.arrivedAt, Date.now())}
              </td>
              <td className="notation">
                {row.numberAndNotation}
                <small>{dayText(row.date)}</small>
              </td>
              <td className="subject">
                <Link to="/van-ban-den/$id" params={{ id: row.id }} className="row-link" data-row="" title={asTitle(row.subject)}>
                  {asTitle(row.subject)}
                </Link>
                <small>{row.typeName}</small>
              </td>
              <td className="to">{shortAgency(row.senderName)}</td>
              <td>
                <VerdictTag verdict={row.verdict} />
              </td>
              <td className="tags">
                <IncomingTag state={row.state} />
                <UrgencyTag urgency={row.urgency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
