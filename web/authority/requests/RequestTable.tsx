import { memo } from 'react';
import { instantText, sinceText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { Tag } from '../../ui/Tag.tsx';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { Due, RequestTag, useKind, type Row } from './states.tsx';

export function RequestTable({ rows }: { readonly rows: readonly Row[] }) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.requests')}>
      <table className="table list requests">
        <thead>
          <tr>
            <th scope="col">{t('col.subject')}</th>
            <th scope="col">{t('col.agency')}</th>
            <th scope="col">{t('col.received')}</th>
            <th scope="col">{t('col.due')}</th>
            <th scope="col">{t('col.state')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Drawn again only when it changed: a thousand stand above the next ones. */
const Line = memo(function Line({ row }: { readonly row: Row }) {
  const { t } = useSpeech();
  const kind = useKind();
  return (
    <tr>
      <td className="subject">
        <Go place={{ to: '/yeu-cau/$id', params: { id: row.id } }} className="row-link" row>
          {row.subject}
        </Go>
        <small>{kind(row)}</small>
      </td>
      <td className="to">
        {shortAgency(row.agency.name)}
        <small className="notation">{row.agency.code}</small>
      </td>
      <td className="nowrap" data-label={t('col.received')}>
        <time dateTime={row.receivedAt} title={instantText(row.receivedAt)}>
          {sinceText(row.receivedAt, Date.now())}
        </time>
      </td>
      <td data-label={row.clock === 'ended' ? undefined : t('col.due')}>
        <Due row={row} />
      </td>
      <td className="tags">
        <RequestTag state={row.state} />
        {row.blocking > 0 ? <Tag tone="amber" icon="warn" text={t('blocking.n', { n: row.blocking })} /> : null}
      </td>
    </tr>
  );
});
