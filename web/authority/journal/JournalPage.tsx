import '../words.ts';
import { infiniteQueryOptions, keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { authorityJournalRoutes as routes, type JournalEntry } from '@antin/protocol/authority/journal';
import { DayInput } from '../../ui/DayInput.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText, exactText, instantText } from '../../i18n/dates.ts';
import { addressOf, call, type AnswerOf } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { Copy } from '../shell/Copy.tsx';
import { Filter } from '../shell/Filter.tsx';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { SearchBox } from '../shell/SearchBox.tsx';
import { useFilters } from '../filters.ts';
import { pageAfter } from '../paging.ts';
import { Go, type JournalSearch } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';

const entriesQuery = (search: JournalSearch) =>
  infiniteQueryOptions({
    queryKey: ['journal', 'list', search],
    queryFn: ({ pageParam, signal }) => call(routes.entries, { query: { ...search, ...pageAfter(pageParam) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
const kindsQuery = queryOptions({
  queryKey: ['journal', 'kinds'],
  queryFn: ({ signal }) => call(routes.kinds, {}, signal),
  staleTime: 300_000,
});
const stateQuery = queryOptions({
  queryKey: ['journal', 'state'],
  queryFn: ({ signal }) => call(routes.state, {}, signal),
  refetchInterval: 30_000,
});

/** Everything that happened, for who controls it: newest first, with filters, facts and proofs. */
export function JournalPage() {
  const { t, code } = useSpeech();
  const { roles } = useSession();
  const filters = useFilters<JournalSearch>('/nhat-ky');
  const { search, change } = filters;
  const audit = roles.includes('audit');
  const rows = useInfiniteQuery({ ...entriesQuery(search), placeholderData: keepPreviousData, enabled: audit });
  const kinds = useQuery({ ...kindsQuery, enabled: audit });
  const state = useQuery(stateQuery);
  const day = (name: 'from' | 'to') => (
    <label className="filter-day">
      <span>{t(`journal.${name}`)}</span>
      <DayInput
        attributes={{ id: `journal-${name}`, className: 'input', 'aria-describedby': undefined, 'aria-invalid': undefined }}
        value={search[name] ?? ''}
        onChange={(value) => change({ [name]: value })}
        calendarLabel={`${t('calendar')}: ${t(`journal.${name}`)}`}
      />
    </label>
  );
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.journal')}</h1>
        <p className="hint">{t('journal.lead')}</p>
      </header>
      {state.data === undefined ? <Pending query={state} lines={1} /> : <JournalHead state={state.data} />}
      {!audit ? null : (
        <>
          <ListTools filters={filters}>
            <SearchBox
              label={t('journal.serial')}
              value={search.serial ?? ''}
              onSearch={(serial) => change({ serial: hexOf(serial) })}
            />
            <Filter
              label={t('journal.kind')}
              value={search.kind ?? ''}
              onChange={(kind) => change({ kind })}
              options={(kinds.data?.kinds ?? []).map((kind) => [kind, code('kind', kind, kind)])}
            />
            {day('from')}
            {day('to')}
          </ListTools>
          <KeyedList
            query={rows}
            items={(page) => page.items}
            empty={
              <Empty title={t('journal.none')}>
                <p>{t('list.none.text')}</p>
              </Empty>
            }
          >
            {(items) => <Entries items={items} signer={state.data?.sealed?.signerSha256} />}
          </KeyedList>
        </>
      )}
    </div>
  );
}

const hexOf = (typed: string): string =>
  typed
    .replace(/[\s:]/g, '')
    .toLowerCase()
    .replace(/[^0-9a-f]/g, '')
    .slice(0, 40);

/** Head and copy of the journal in one sentence each; trouble has a word and an icon. */
function JournalHead({ state }: { readonly state: AnswerOf<typeof routes.state> }) {
  const { t, lang } = useSpeech();
  const { sealed, copy } = state;
  const entries = state.entries.toLocaleString(lang);
  const bad = copy.status !== 'copied' && copy.status !== 'none';
  return (
    <p className={bad ? 'note red' : 'note ink'} role={bad ? 'alert' : undefined}>
      {bad ? <Icon name="bad" size={18} /> : null}{' '}
      {sealed === undefined
        ? t('journal.state.unsealed', { entries })
        : t('journal.state.sealed', {
            ...{ entries, size: sealed.size.toLocaleString(lang), signer: sealed.signer ?? '–' },
            at: instantText(sealed.sealedAt),
          })}{' '}
      {t(`journal.copy.${copy.status}`)}
    </p>
  );
}

function Entries({ items, signer }: { readonly items: readonly JournalEntry[]; readonly signer: string | undefined }) {
  const { t, code } = useSpeech();
  const [open, setOpen] = useState<number | undefined>();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.journal')}>
      <table className="table list journal">
        <thead>
          <tr>
            <th scope="col">{t('journal.at')}</th>
            <th scope="col">{t('journal.what')}</th>
            <th scope="col">{t('journal.who')}</th>
            <th scope="col">{t('journal.about')}</th>
            <th scope="col">{t('journal.place')}</th>
          </tr>
        </thead>
        {items.map((one) => (
          <tbody key={one.number}>
            <tr>
              <td className="nowrap num">
                <time dateTime={one.at}>{exactText(one.at)}</time>
              </td>
              <td className="subject">
                <button
                  type="button"
                  className="link-button row-link"
                  data-row=""
                  aria-expanded={open === one.number}
                  onClick={() => setOpen(open === one.number ? undefined : one.number)}
                >
                  {code('kind', one.kind, one.kind)}
                </button>
              </td>
              <td data-label={t('journal.who')}>{one.officer?.fullName ?? t('journal.system')}</td>
              <td className="to">
                <About one={one} />
              </td>
              <td className="num" data-label={t('journal.place')}>
                {one.leafIndex ?? '–'}
              </td>
            </tr>
            {open === one.number ? (
              <tr className="entry-detail">
                <td colSpan={5}>
                  <EntryDetail one={one} signer={signer} />
                </td>
              </tr>
            ) : null}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function About({ one }: { readonly one: JournalEntry }) {
  const { t } = useSpeech();
  if (one.requestItemId !== undefined)
    return <Go place={{ to: '/yeu-cau/$id', params: { id: one.requestItemId } }}>{t('export.id')}</Go>;
  if (one.serialHex === undefined) return <>{named(one.detail)}</>;
  const { issuerSha256 } = one.detail as { issuerSha256?: string };
  const text = <span className="mono">{one.serialHex.slice(0, 16)}…</span>;
  return issuerSha256 === undefined ? (
    text
  ) : (
    <Go place={{ to: '/chung-thu/$issuer/$serial', params: { issuer: issuerSha256, serial: one.serialHex } }}>{text}</Go>
  );
}

/** What an entry is about where it is about no certificate: a name, an agency, a day. */
function named(detail: JournalEntry['detail']): string {
  const { change, day, from } = detail as { change?: Record<string, unknown>; day?: unknown; from?: unknown };
  const name = change?.['fullName'] ?? change?.['name'] ?? from;
  if (typeof name === 'string') return name;
  return typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day) ? dayText(day) : '';
}

function EntryDetail({ one, signer }: { readonly one: JournalEntry; readonly signer: string | undefined }) {
  const { t } = useSpeech();
  const facts = JSON.stringify(one.detail, undefined, 2);
  return (
    <div className="entry-facts">
      <p>
        <strong>{t('journal.entry', { n: one.number })}</strong> <span className="mono">{one.kind}</span>{' '}
        {one.sealed ? (
          <Tag tone="green" icon="check" text={t('journal.sealed')} />
        ) : (
          <Tag tone="plain" icon="clock" text={t('journal.unsealed')} />
        )}
      </p>
      <pre className="code-box" tabIndex={0} aria-label={t('journal.detail')}>
        {facts}
      </pre>
      <div className="actions no-print">
        {one.sealed ? (
          <a className="button small" href={addressOf(routes.proof, { params: { number: one.number } })} download>
            <Icon name="download" size={16} /> {t('journal.proof')}
          </a>
        ) : (
          <span className="hint">{t('journal.proof.later')}</span>
        )}
        <Copy text={facts} what={t('journal.detail')} />
      </div>
      {one.sealed && signer !== undefined ? (
        <p className="hint">
          {t('journal.check')}{' '}
          <code>
            antin journal check journal-entry-{one.leafIndex}.json --signer {signer}
          </code>
        </p>
      ) : null}
    </div>
  );
}
