import { Link } from '@tanstack/react-router';
import type { DocumentRow } from '@antin/protocol/office/documents';
import { dayText, sinceText } from '../../i18n/dates.ts';
import { asTitle, shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { StampTag, StateTag, UrgencyTag } from '../shell/states.tsx';

export function OutgoingTable({ rows }: { readonly rows: readonly DocumentRow[] }) {
  const { t } = useSpeech();
  const typeName = useTypeName();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.outgoing')}>
      <table className="table list documents outgoing">
        <thead>
          <tr>
            <th scope="col">{t('row.number')}</th>
            <th scope="col">{t('row.date')}</th>
            <th scope="col" className="grow">
              {t('row.subject')}
            </th>
            <th scope="col">{t('row.signer')}</th>
            <th scope="col">{t('row.to')}</th>
            <th scope="col">{t('row.state')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="notation">{row.numberAndNotation ?? <span className="hint">{t('row.no-number')}</span>}</td>
              <td className="nowrap">{row.date === undefined ? sinceText(row.waitingSince, Date.now()) : dayText(row.date)}</td>
              <td className="subject">
                <Link to="/van-ban-di/$id" params={{ id: row.id }} className="row-link" data-row="" title={asTitle(row.subject)}>
                  {asTitle(row.subject)}
                </Link>
                <small>{typeName(row.typeCode, row.typeName)}</small>
              </td>
              <td>{row.signerName}</td>
              <td className="to">
                {shortAgency(row.addressees[0] ?? '')}
                {row.addressees.length > 1 ? <small>{t('row.more', { n: row.addressees.length - 1 })}</small> : null}
              </td>
              <td className="tags">
                <StateTag state={row.state} />
                <StampTag pending={row.timeStampPending} />
                <UrgencyTag urgency={row.urgency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
