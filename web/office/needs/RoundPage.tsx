import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { SheetState, type NeedsRound, type NeedsSheet } from '@antin/protocol/office/needs';
import { Tabs } from '../../ui/Tabs.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { roundQuery, sheetsQuery } from '../data/needs-queries.ts';
import { useSession } from '../data/session-query.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { AgencyFilter } from './AgencyFilter.tsx';
import { Imports } from './Imports.tsx';
import { RoundActs } from './RoundActs.tsx';
import { Synthesis } from './Synthesis.tsx';
import { RoundTag, SheetTag } from './tags.tsx';

/** One round: my sheet, what was submitted to us, the synthesis, and for its owner the request. */
export function RoundPage() {
  const { id } = useParams({ from: '/nhu-cau/$id' });
  const round = useQuery(roundQuery(id));
  if (round.data === undefined) {
    return (
      <div className="page">
        <Pending query={round} lines={8} />
      </div>
    );
  }
  return <Round round={round.data} />;
}

function Round({ round }: { readonly round: NeedsRound }) {
  const { t, lang } = useSpeech();
  const { tab } = useSearch({ from: '/nhu-cau/$id' });
  const navigate = useNavigate({ from: '/nhu-cau/$id' });
  const session = useSession();
  const own = session.positions.find((held) => held.id === session.positionId)?.agencyId === round.ownerId;
  const chosen = tab === 'synthesis' || tab === 'imports' ? tab : 'sheets';
  const { progress } = round;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/nhu-cau">{t('needs.title')}</Link>
          </p>
          <h1>{round.name}</h1>
          <p className="agency-line">
            {round.ownerName} · {t('needs.deadline')} {dayText(round.deadline)}
          </p>
        </div>
        <RoundTag state={round.state} />
      </header>
      {round.guidance === '' ? null : <p className="note guidance">{round.guidance}</p>}
      <div className="issue-columns">
        <div className="issue-main">
          <section className="block">
            <h2>{t('needs.progress')}</h2>
            <svg className="mini-bar tall" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <rect width={progress.agencies === 0 ? 0 : (progress.accepted / progress.agencies) * 100} height="8" />
            </svg>
            <p className="num">
              {t('needs.progress.text', {
                accepted: progress.accepted.toLocaleString(lang),
                agencies: progress.agencies.toLocaleString(lang),
                submitted: progress.submitted.toLocaleString(lang),
              })}
              {' · '}
              {t('sheet.rows', { n: progress.entries.toLocaleString(lang) })}
              {progress.withErrors === 0 ? '' : ` · ${t('sheet.errors', { n: progress.withErrors.toLocaleString(lang) })}`}
            </p>
          </section>
          <Tabs
            label={round.name}
            items={[
              { id: 'sheets', text: t('round.sheets') },
              { id: 'synthesis', text: t('round.synthesis') },
              { id: 'imports', text: t('round.imports') },
            ]}
            chosen={chosen}
            onChoose={(next) => void navigate({ search: next === 'sheets' ? {} : { tab: next }, replace: true })}
          />
          <div id={`${chosen}-panel`} role="tabpanel" aria-labelledby={`${chosen}-tab`} className="block">
            {chosen === 'sheets' ? <Sheets round={round} owner={own} /> : null}
            {chosen === 'synthesis' ? <Synthesis round={round} /> : null}
            {chosen === 'imports' ? <Imports roundId={round.id} /> : null}
          </div>
        </div>
        <aside className="issue-side no-print">
          {round.sheetId === undefined || round.sheetState === undefined ? null : (
            <section className="side-form boxed">
              <h2>{t('needs.mine')}</h2>
              <p>
                <SheetTag state={round.sheetState} />
              </p>
              <Link
                className={round.state === 'open' ? 'button primary' : 'button'}
                to="/nhu-cau/bang/$id"
                params={{ id: round.sheetId }}
              >
                {t(
                  round.state === 'open' && (round.sheetState === 'stating' || round.sheetState === 'returned')
                    ? 'sheet.fill'
                    : 'sheet.see',
                )}
              </Link>
            </section>
          )}
          {own ? <RoundActs round={round} /> : null}
        </aside>
      </div>
    </div>
  );
}

function Sheets({ round, owner }: { readonly round: NeedsRound; readonly owner: boolean }) {
  const { t } = useSpeech();
  const search = useSearch({ from: '/nhu-cau/$id' });
  const navigate = useNavigate({ from: '/nhu-cau/$id' });
  const all = owner && search.tab === 'all';
  const filter = { q: search.q, state: SheetState.safeParse(search.state).data };
  const sheets = useInfiniteQuery(sheetsQuery(round.id, all, filter));
  const show = (next: typeof filter, whole: boolean): void =>
    void navigate({
      search: {
        ...(whole ? { tab: 'all' } : {}),
        ...(next.q === undefined ? {} : { q: next.q }),
        ...(next.state === undefined ? {} : { state: next.state }),
      },
      replace: true,
    });
  return (
    <>
      <div className="list-head">
        <AgencyFilter {...filter} onChange={(next) => show(next, all)} />
        {owner ? (
          <label className="check no-print">
            <input type="checkbox" checked={all} onChange={(event) => show(filter, event.target.checked)} />
            {t('round.all-sheets')}
          </label>
        ) : null}
      </div>
      <KeyedList
        query={sheets}
        items={(page) => page.items}
        empty={
          filter.q === undefined && filter.state === undefined ? (
            <Empty title={t('round.sheets.none')}>
              <p>{t('round.sheets.none.text')}</p>
            </Empty>
          ) : (
            <Empty title={t('round.none-found')} />
          )
        }
      >
        {(rows) => <SheetTable rows={rows} />}
      </KeyedList>
    </>
  );
}

function SheetTable({ rows }: { readonly rows: readonly NeedsSheet[] }) {
  const { t, lang } = useSpeech();
  return (
    <div className="table-wrap long-list" tabIndex={0} role="region" aria-label={t('round.sheets')}>
      <table className="table list">
        <thead>
          <tr>
            <th scope="col" className="grow">
              {t('cert.agency')}
            </th>
            <th scope="col">{t('needs.state')}</th>
            <th scope="col" className="right">
              {t('needs.entries')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((sheet) => (
            <tr key={sheet.id}>
              <td className="subject">
                <Link to="/nhu-cau/bang/$id" params={{ id: sheet.id }} className="row-link" data-row="">
                  {shortAgency(sheet.agencyName)}
                </Link>
                <small>
                  {sheet.submittedAt === undefined
                    ? sheet.agencyCode
                    : t('sheet.submitted-by', { who: sheet.submittedBy ?? '', time: instantText(sheet.submittedAt) })}
                </small>
              </td>
              <td className="tags">
                <SheetTag state={sheet.state} />
              </td>
              <td className="right num" data-label={t('needs.entries')}>
                {Object.values(sheet.entries)
                  .reduce((sum, count) => sum + count, 0)
                  .toLocaleString(lang)}
                {sheet.withErrors === 0 ? null : <small className="overdue">{t('sheet.errors', { n: sheet.withErrors })}</small>}
                {sheet.withWarnings === 0 ? null : <small>{t('sheet.warnings', { n: sheet.withWarnings })}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
