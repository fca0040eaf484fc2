import { Link } from '@tanstack/react-router';
import type { CertificateRow } from '@antin/protocol/office/certificates';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { daysUntil } from './days.ts';
import { CertificateTag } from './tags.tsx';

export interface CertificateTableProps {
  readonly rows: readonly CertificateRow[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[], on: boolean) => void;
}

/** One line a certificate: who, where, state, until when, on which device. */
export function CertificateTable({ rows, selected, onSelect }: CertificateTableProps) {
  const { t } = useSpeech();
  const all = rows.every((row) => selected.has(row.id));
  return (
    <div className="table-wrap certificate-wrap" tabIndex={0} role="region" aria-label={t('cert.title')}>
      <table className="table list certificate-table">
        <thead>
          <tr>
            <th scope="col" className="tick no-print">
              <input
                type="checkbox"
                aria-label={t('cert.select-all')}
                checked={all}
                onChange={(event) =>
                  onSelect(
                    rows.map((row) => row.id),
                    event.target.checked,
                  )
                }
              />
            </th>
            <th scope="col">{t('cert.holder')}</th>
            <th scope="col">{t('cert.agency')}</th>
            <th scope="col">{t('cert.state')}</th>
            <th scope="col">{t('cert.ends')}</th>
            <th scope="col">{t('cert.device')}</th>
            <th scope="col">{t('cert.serial')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={selected.has(row.id) ? 'chosen' : ''}>
              <td className="tick no-print">
                <input
                  type="checkbox"
                  aria-label={t('cert.select', { name: row.name })}
                  checked={selected.has(row.id)}
                  onChange={(event) => onSelect([row.id], event.target.checked)}
                />
              </td>
              <td className="subject">
                <Link to="/chung-thu-so/$id" params={{ id: row.id }} className="row-link" data-row="">
                  {row.name}
                </Link>
                <small>{[row.title, row.unit].filter(Boolean).join(', ') || t(`form.${row.form}`)}</small>
              </td>
              <td>{shortAgency(row.agencyName)}</td>
              <td className="tags">
                {row.ownerUnknown === true ? (
                  <Tag tone="amber" icon="help" text={t('owner.unknown')} />
                ) : (
                  <CertificateTag state={row.state} />
                )}
                {row.pending === undefined ? null : (
                  <small>{t('cert.pending', { act: t(`cert.act.${row.pending}`).toLocaleLowerCase('vi') })}</small>
                )}
              </td>
              <td className="nowrap" data-label={t('cert.ends')}>
                <Ends row={row} />
              </td>
              <td data-label={t('cert.device')}>
                {row.deviceSerial === undefined ? (
                  t(`device-kind.${row.deviceKind}`)
                ) : (
                  <span className="num">{row.deviceSerial}</span>
                )}
                {row.deviceState === undefined ? null : <small>{t(`key-device.${row.deviceState}`)}</small>}
              </td>
              <td data-label={t('cert.serial')}>
                {row.serialHex === undefined ? (
                  ''
                ) : (
                  <span className="mono serial" title={row.serialHex}>
                    {row.serialHex}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ends({ row }: { readonly row: CertificateRow }) {
  const { t } = useSpeech();
  if (row.notAfter === undefined) return null;
  const days = daysUntil(row.notAfter);
  const living = row.state === 'active' || row.state === 'expiring';
  return (
    <>
      {dayText(dayOf(row.notAfter))}
      {living && days <= 60 && days >= 0 ? (
        <small className={days <= 7 ? 'overdue' : ''}>{t('cert.days', { n: days })}</small>
      ) : null}
    </>
  );
}
