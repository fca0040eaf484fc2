import '../words.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { reportRoutes, type MonthlyReport } from '@antin/protocol/authority/reports';
import { Button } from '../../ui/Button.tsx';
import { instantText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { Pending } from '../../staff/Pending.tsx';
import { call } from '../../staff/client.ts';
import { Export } from '../shell/Export.tsx';
import { useSearchOf } from '../address.ts';
import { Go, useGo } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';

const reportQuery = (month: string) =>
  queryOptions({
    queryKey: ['report', month],
    queryFn: ({ signal }) => call(reportRoutes.monthly, { query: { month } }, signal),
  });

const COLUMNS = ['received', 'issued', 'renewed', 'changed', 'recovered', 'refused', 'revoked', 'open'] as const;
type Unit = MonthlyReport['units'][number];

/** Two years back, newest first. */
function months(today: string): string[] {
  const [year, month] = today.split('-').map(Number) as [number, number];
  return Array.from({ length: 24 }, (_, back) => {
    const at = year * 12 + (month - 1) - back;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}

const monthText = (month: string): string => month.split('-').reverse().join('/');

/** What is sent upward each month: by unit, by cause, with how long requests waited; made to be printed. */
export function ReportPage() {
  const { t } = useSpeech();
  const { today, roles } = useSession();
  const go = useGo();
  const asked = useSearchOf<{ readonly month?: string }>().month ?? '';
  const all = months(today);
  const month = all.includes(asked) ? asked : (all[0] as string);
  const report = useQuery(reportQuery(month));
  return (
    <div className="page wide-list report">
      <div className="report-heading print-only" aria-hidden="true">
        <strong>{t('report.authority')}</strong>
        <span>
          <strong>{t('report.state')}</strong>
          <strong>{t('report.motto')}</strong>
          <em>{t('report.place')}</em>
        </span>
      </div>
      <header className="page-head">
        <h1>
          {t('report.title')} {monthText(month)}
        </h1>
        <p className="hint no-print">{t('report.lead')}</p>
      </header>
      <div className="list-tools no-print">
        <label className="filter-day">
          <span>{t('report.month')}</span>
          <select
            className="input"
            value={month}
            onChange={(event) => go({ to: '/bao-cao', search: { month: event.target.value } }, true)}
          >
            {all.map((one) => (
              <option key={one} value={one}>
                {monthText(one)}
              </option>
            ))}
          </select>
        </label>
        <Button icon="print" onClick={() => window.print()}>
          {t('report.print')}
        </Button>
        {roles.includes('revocation') || roles.includes('audit') ? (
          <Export row={reportRoutes.exportRevocations} query={{ from: month, to: month }} />
        ) : null}
      </div>
      {report.data === undefined ? <Pending query={report} lines={8} /> : <Report report={report.data} />}
    </div>
  );
}

function Report({ report }: { readonly report: MonthlyReport }) {
  const { t, code, lang } = useSpeech();
  const { total, units, causes } = report;
  const n = (value: number) => value.toLocaleString(lang);
  return (
    <>
      <p className="lead">
        {t('report.sum', {
          ...{ received: n(total.received), issued: n(total.issued), renewed: n(total.renewed), revoked: n(total.revoked) },
        })}{' '}
        {total.waiting.count === 0
          ? null
          : t('report.on-time', {
              ...{ late: n(total.waiting.late), count: n(total.waiting.count) },
              limit: n(report.limitDays),
            })}
      </p>
      {units.length === 0 ? (
        <p className="hint">{t('report.empty')}</p>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t('report.title')}>
          <table className="table report-table">
            <thead>
              <tr>
                <th scope="col" rowSpan={2}>
                  {t('report.unit')}
                </th>
                {COLUMNS.map((one) => (
                  <th key={one} scope="col" rowSpan={2} className="right">
                    {t(`report.${one}`)}
                  </th>
                ))}
                <th scope="colgroup" colSpan={2} className="right">
                  {t('report.waiting')}
                </th>
                <th scope="col" rowSpan={2} className="right">
                  {t('report.late')}
                </th>
              </tr>
              <tr>
                <th scope="col" className="right">
                  {t('report.median')}
                </th>
                <th scope="col" className="right">
                  {t('report.longest')}
                </th>
              </tr>
            </thead>
            <tbody>
              {units.map((unit) => (
                <tr key={unit.code}>
                  <th scope="row">
                    {unit.code === '' ? (
                      t('report.no-request')
                    ) : (
                      <>
                        <Go place={{ to: '/yeu-cau', search: { agency: unit.code } }} row>
                          {shortAgency(unit.name)}
                        </Go>
                        <small className="notation block-small">{unit.code}</small>
                      </>
                    )}
                  </th>
                  <Numbers unit={unit} />
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">{t('report.total')}</th>
                <Numbers unit={total} />
              </tr>
            </tfoot>
          </table>
        </div>
      )}
      {causes.length === 0 ? null : (
        <section className="block">
          <h2>{t('report.causes')}</h2>
          <table className="table causes">
            <tbody>
              {causes.map((one) => (
                <tr key={one.cause}>
                  <td>{one.cause === 'none' ? t('report.cause.none') : code('cause', one.cause)}</td>
                  <td className="right num">{n(one.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <p className="hint">{t('report.made', { at: instantText(report.madeAt) })}</p>
      <div className="report-signs print-only" aria-hidden="true">
        <span>{t('report.sign')}</span>
        <span>{t('report.head')}</span>
      </div>
    </>
  );
}

function Numbers({ unit }: { readonly unit: Omit<Unit, 'code' | 'name'> }) {
  const { lang } = useSpeech();
  const n = (value: number | undefined) => (value === undefined || value === 0 ? '–' : value.toLocaleString(lang));
  const { count, median, longest, late } = unit.waiting;
  const days = (value: number | undefined) => (count === 0 ? '–' : (value ?? 0).toLocaleString(lang));
  return (
    <>
      {COLUMNS.map((one) => (
        <td key={one} className="right num">
          {n(unit[one])}
        </td>
      ))}
      <td className="right num">{days(median)}</td>
      <td className="right num">{days(longest)}</td>
      <td className={late > 0 ? 'right num overdue' : 'right num'}>{n(late)}</td>
    </>
  );
}
