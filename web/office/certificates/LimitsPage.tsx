import { useQuery } from '@tanstack/react-query';
import type { DatedLimit } from '@antin/protocol/office/certificates';
import type { z } from 'zod';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { limitsQuery } from '../data/certificate-queries.ts';
import { CertificateNav } from './CertificateNav.tsx';

type Limit = z.infer<typeof DatedLimit>;

/** The numbers that bind certificates: each with the day from which it holds and the clause it comes from. Read only. */
export function LimitsPage() {
  const { t, lang } = useSpeech();
  const weekday = new Intl.DateTimeFormat(lang, { weekday: 'long', timeZone: 'UTC' });
  const limits = useQuery(limitsQuery);
  return (
    <div className="page">
      <h1>{t('limits.title')}</h1>
      <CertificateNav />
      <p className="lead">{t('limits.lead')}</p>
      {limits.data === undefined ? (
        <Pending query={limits} lines={8} />
      ) : (
        <>
          <LimitTable title={t('limits.now')} rows={limits.data.limits} />
          {limits.data.others.length === 0 ? null : <LimitTable title={t('limits.others')} rows={limits.data.others} />}
          <section className="block">
            <h2>{t('limits.calendar')}</h2>
            <p className="hint">{t('limits.calendar.text')}</p>
            <ul className="calendar-days">
              {limits.data.calendar.map((one) => (
                <li key={one.day} className={one.kind}>
                  <time dateTime={one.day}>{dayText(one.day)}</time>
                  <span>{weekday.format(new Date(`${one.day}T00:00:00Z`))}</span>
                  <strong>{t(`limits.day.${one.kind}`)}</strong>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </div>
  );
}

function LimitTable({ title, rows }: { readonly title: string; readonly rows: readonly Limit[] }) {
  const { t, both, code } = useSpeech();
  return (
    <section className="block">
      <h2>{title}</h2>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={title}>
        <table className="table list">
          <thead>
            <tr>
              <th scope="col" className="grow">
                {t('limits.what')}
              </th>
              <th scope="col" className="right">
                {t('limits.value')}
              </th>
              <th scope="col">{t('limits.from')}</th>
              <th scope="col">{t('limits.source')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.key} ${row.from}`}>
                <td className="subject">{code('limit', row.key, row.key)}</td>
                <td className="right num nowrap" data-label={t('limits.value')}>
                  {code('limit.unit', row.key, '{n}', { n: row.value })}
                </td>
                <td className="nowrap" data-label={t('limits.from')}>
                  {dayText(row.from)}
                </td>
                <td>{both(row.source)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
