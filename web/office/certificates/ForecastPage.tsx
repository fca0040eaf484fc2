import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { certificateRoutes } from '@antin/protocol/office/certificates';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { forecastQuery, forecastUnitsQuery, remindersQuery } from '../data/certificate-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { CertificateNav } from './CertificateNav.tsx';
import { monthBounds, monthText } from './days.ts';

/** How many end in which month and whose they are; every figure opens its list. */
export function ForecastPage() {
  const { t, lang } = useSpeech();
  const { from } = useSearch({ from: '/chung-thu-so/du-bao' });
  const navigate = useNavigate({ from: '/chung-thu-so/du-bao' });
  const forecast = useQuery(forecastQuery(24));
  const months = forecast.data?.months ?? [];
  const most = Math.max(1, ...months.map((one) => one.count));
  const some = months.some((one) => one.count > 0);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('forecast.title')}</h1>
        {some ? (
          <div className="actions no-print">
            {(['xlsx', 'csv'] as const).map((format) => (
              <a
                key={format}
                className="button small"
                href={addressOf(certificateRoutes.forecastExport, { query: { months: 24, format } })}
                download
              >
                <Icon name="download" size={16} /> {t('cert.export', { format: format.toUpperCase() })}
              </a>
            ))}
            <Button small icon="print" onClick={() => window.print()}>
              {t('cert.print.list')}
            </Button>
          </div>
        ) : null}
      </header>
      <CertificateNav />
      {forecast.data === undefined ? (
        <Pending query={forecast} lines={8} />
      ) : !some ? (
        <Empty title={t('forecast.none')}>
          <p>{t('forecast.none.text')}</p>
        </Empty>
      ) : (
        <>
          <p className="hint no-print">{t('forecast.lead')}</p>
          <div className="table-wrap" tabIndex={0} role="region" aria-label={t('forecast.title')}>
            <table className="table forecast">
              <thead>
                <tr>
                  <th scope="col">{t('forecast.month')}</th>
                  <th scope="col" className="right">
                    {t('forecast.count')}
                  </th>
                  <th scope="col" aria-hidden="true" className="grow" />
                  <th scope="col">
                    <span className="visually-hidden">{t('forecast.by-unit')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {months.map(({ month, count }) => (
                  <tr key={month} className={month === from ? 'chosen' : ''}>
                    <td className="num">{monthText(month)}</td>
                    <td className="right num">
                      {count === 0 ? (
                        0
                      ) : (
                        <Link to="/chung-thu-so" search={monthBounds(month)} data-row="">
                          {count.toLocaleString(lang)}
                        </Link>
                      )}
                    </td>
                    <td aria-hidden="true">
                      <svg className="mini-bar" viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false">
                        <rect width={(count / most) * 100} height="8" />
                      </svg>
                    </td>
                    <td className="right no-print">
                      {count === 0 ? null : (
                        <Button
                          small
                          kind="quiet"
                          aria-expanded={month === from}
                          onClick={() => void navigate({ search: month === from ? {} : { from: month } })}
                        >
                          {t('forecast.by-unit')}
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {from === undefined ? null : <Units month={from} />}
      <Reminders />
    </div>
  );
}

function Units({ month }: { readonly month: string }) {
  const { t, lang } = useSpeech();
  const units = useInfiniteQuery(forecastUnitsQuery(month));
  return (
    <section className="block">
      <h2>{t('forecast.units', { month: monthText(month) })}</h2>
      <KeyedList query={units} items={(page) => page.units} empty={<Empty title={t('cert.none')} />}>
        {(rows) => {
          const most = Math.max(1, ...rows.map((one) => one.count));
          return (
            <div className="table-wrap" tabIndex={0} role="region" aria-label={t('forecast.units', { month: monthText(month) })}>
              <table className="table forecast">
                <tbody>
                  {rows.map((one) => (
                    <tr key={one.agencyId}>
                      <th scope="row">{shortAgency(one.agencyName)}</th>
                      <td className="right num">
                        <Link to="/chung-thu-so" search={{ ...monthBounds(month), under: one.agencyId, tab: one.agencyName }}>
                          {one.count.toLocaleString(lang)}
                        </Link>
                      </td>
                      <td aria-hidden="true" className="grow">
                        <svg className="mini-bar" viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false">
                          <rect width={(one.count / most) * 100} height="8" />
                        </svg>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </KeyedList>
    </section>
  );
}

function Reminders() {
  const { t } = useSpeech();
  const reminders = useInfiniteQuery(remindersQuery);
  return (
    <section className="block">
      <h2>{t('reminder.title')}</h2>
      <KeyedList query={reminders} items={(page) => page.items} empty={<p className="hint">{t('reminder.none')}</p>}>
        {(rows) => (
          <ul className="lined">
            {rows.map((one) => (
              <li key={one.certificateId}>
                <div>
                  <Link to="/chung-thu-so/$id" params={{ id: one.certificateId }} data-row="" className="row-link">
                    {one.name}
                  </Link>
                  <small>{one.agencyName}</small>
                </div>
                <div className="right-words num">
                  {dayText(dayOf(one.notAfter))}
                  <small className={one.daysLeft <= 7 ? 'overdue' : ''}>{t('cert.days', { n: one.daysLeft })}</small>
                </div>
              </li>
            ))}
          </ul>
        )}
      </KeyedList>
    </section>
  );
}
