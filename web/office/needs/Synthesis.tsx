import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { needsRoutes, SheetState, type NeedsRound } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { shortAgency } from '../../i18n/titles.ts';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { synthesisQuery } from '../data/needs-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { AgencyFilter } from './AgencyFilter.tsx';
import { SheetTag } from './tags.tsx';

/** What my agency and all under it state, by form and by agency, beside the year before. */
export function Synthesis({ round }: { readonly round: NeedsRound }) {
  const { t, lang } = useSpeech();
  const search = useSearch({ from: '/nhu-cau/$id' });
  const navigate = useNavigate({ from: '/nhu-cau/$id' });
  const filter = { q: search.q, state: SheetState.safeParse(search.state).data };
  const synthesis = useInfiniteQuery(synthesisQuery(round.id, filter));
  const [printing, setPrinting] = useState(false);
  const totals = synthesis.data?.pages[0]?.totals ?? [];
  const number = (count: number | undefined): string => (count ?? 0).toLocaleString(lang);
  /** Paper has no button for the next page. */
  const print = async (): Promise<void> => {
    setPrinting(true);
    for (let more = synthesis.hasNextPage; more;) more = (await synthesis.fetchNextPage()).hasNextPage;
    setPrinting(false);
    // After the last rows are drawn.
    setTimeout(() => window.print(), 100);
  };
  return (
    <>
      {totals.length === 0 ? null : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('synth.form')}</th>
                <th scope="col" className="right">
                  {t('synth.entries')}
                </th>
                <th scope="col" className="right">
                  {t('synth.before')}
                </th>
                <th scope="col" className="right">
                  {t('synth.added')}
                </th>
                <th scope="col" className="right">
                  {t('synth.dropped')}
                </th>
                <th scope="col" className="no-print">
                  {t('synth.download')}
                </th>
              </tr>
            </thead>
            <tbody>
              {totals.map((one) => (
                <tr key={one.form}>
                  <td>{t(`form.full.${one.form}`)}</td>
                  <td className="right num">
                    <strong>{number(one.entries)}</strong>
                  </td>
                  <td className="right num">{number(one.yearBefore)}</td>
                  <td className="right num">+{number(one.added)}</td>
                  <td className="right num">−{number(one.dropped)}</td>
                  <td className="no-print nowrap">
                    {(['pdf', 'xlsx', 'csv'] as const).map((format) => (
                      <a
                        key={format}
                        className="format-link"
                        href={addressOf(needsRoutes.export, { params: { id: round.id }, query: { form: one.form, format } })}
                        {...(format === 'pdf' ? { target: '_blank', rel: 'noreferrer' } : { download: true })}
                      >
                        {format === 'pdf' ? <Icon name="print" size={14} /> : null} {format.toUpperCase()}
                      </a>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="list-head">
        <h2>{t('synth.agencies')}</h2>
        <AgencyFilter
          {...filter}
          onChange={({ q, state }) =>
            void navigate({
              search: { tab: 'synthesis', ...(q === undefined ? {} : { q }), ...(state === undefined ? {} : { state }) },
              replace: true,
            })
          }
        />
        <Button small icon="print" busy={printing} onClick={() => void print()}>
          {t('synth.print')}
        </Button>
      </div>
      <KeyedList
        query={synthesis}
        items={(page) => page.agencies}
        empty={
          <Empty title={t(filter.q === undefined && filter.state === undefined ? 'round.sheets.none' : 'round.none-found')} />
        }
      >
        {(rows) => (
          <div className="table-wrap long-list" tabIndex={0} role="region" aria-label={t('synth.agencies')}>
            <table className="table synthesis">
              <thead>
                <tr>
                  <th scope="col">{t('synth.code')}</th>
                  <th scope="col" className="grow">
                    {t('cert.agency')}
                  </th>
                  <th scope="col">{t('needs.state')}</th>
                  {round.forms.map((form) => (
                    <th key={form} scope="col" className="right" title={t(`form.full.${form}`)}>
                      {t('synth.form-column', { form })}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <tr key={one.agencyId}>
                    <td className="notation">{one.agencyCode}</td>
                    <td className={`depth-${Math.min(one.depth, 4)}`}>
                      <Link to="/nhu-cau/$id" params={{ id: round.id }} search={{ q: one.agencyCode, tab: 'all' }}>
                        {shortAgency(one.agencyName)}
                      </Link>
                      {one.withErrors === 0 ? null : (
                        <small className="overdue">{t('sheet.errors', { n: number(one.withErrors) })}</small>
                      )}
                    </td>
                    <td className="tags">
                      <SheetTag state={one.state} />
                    </td>
                    {round.forms.map((form) => (
                      <td key={form} className="right num">
                        {number(one.entries[form])}
                        {one.yearBefore[form] === undefined ? null : <small>({number(one.yearBefore[form])})</small>}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </KeyedList>
    </>
  );
}
