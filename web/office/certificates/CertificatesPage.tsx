import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { certificateRoutes, CertificateState, Form } from '@antin/protocol/office/certificates';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText } from '../../i18n/dates.ts';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { certificateCountsQuery, certificatesQuery, PAGE, type CertificateSearch } from '../data/certificate-queries.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { BulkCheck } from './BulkCheck.tsx';
import { CertificateNav } from './CertificateNav.tsx';
import { CertificateTable } from './CertificateTable.tsx';
import { dayIn } from './days.ts';
import { Tasks } from './Tasks.tsx';

const SOON = [7, 30, 60] as const;
/** Renewal asks for so many days left; later only a new certificate helps (Decree 130/2018 Art. 63). */
const RENEWABLE = { from: 60, to: 120 } as const;
/** Ids one bulk act takes. */
const MOST_AT_ONCE = 5000;

/** The register: who holds what, filtered on the server, with acts for many at once. */
export function CertificatesPage() {
  const { t, lang } = useSpeech();
  const search = useSearch({ from: '/chung-thu-so' });
  const navigate = useNavigate({ from: '/chung-thu-so' });
  const asked = searchOf(search);
  const rows = useInfiniteQuery({ ...certificatesQuery(asked), placeholderData: keepPreviousData });
  const counts = useQuery(certificateCountsQuery());
  const [selected, setSelected] = useState<ReadonlyMap<string, string>>(new Map());
  const [gathering, setGathering] = useState(false);
  const [bulk, setBulk] = useState<'renew' | 'revoke'>();
  const shown = rows.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(search).some((name) => name !== 'tab');
  if (bulk !== undefined) {
    return (
      <BulkCheck
        act={bulk}
        items={[...selected].map(([id, name]) => ({ id, name, row: shown.find((row) => row.id === id) }))}
        onBack={() => setBulk(undefined)}
        onDone={() => {
          setBulk(undefined);
          setSelected(new Map());
        }}
      />
    );
  }
  const select = (ids: readonly string[], on: boolean): void => {
    const next = new Map(selected);
    for (const id of ids) {
      if (on) next.set(id, shown.find((row) => row.id === id)?.name ?? '');
      else next.delete(id);
    }
    setSelected(next);
  };
  /** Everything the filter finds, page after page; nothing is asked for before it was looked at once more. */
  const selectEvery = async (): Promise<void> => {
    setGathering(true);
    let all = rows.data?.pages ?? [];
    for (let more = rows.hasNextPage; more && all.length * PAGE < MOST_AT_ONCE;) {
      const next = await rows.fetchNextPage();
      if (next.isError) return setGathering(false);
      all = next.data?.pages ?? [];
      more = next.hasNextPage;
    }
    const items = all.flatMap((page) => page.items).slice(0, MOST_AT_ONCE);
    setSelected(new Map(items.map((row) => [row.id, row.name])));
    setGathering(false);
  };
  return (
    <div className="page wide register">
      <header className="page-head">
        <h1>{t('cert.title')}</h1>
        <div className="actions no-print">
          {(['xlsx', 'csv'] as const).map((format) => (
            <a
              key={format}
              className="button small"
              href={addressOf(certificateRoutes.export, { query: { ...asked, sort: undefined, format } })}
              download
            >
              <Icon name="download" size={16} /> {t('cert.export', { format: format.toUpperCase() })}
            </a>
          ))}
          <Button small icon="print" onClick={() => window.print()}>
            {t('cert.print.list')}
          </Button>
        </div>
      </header>
      <CertificateNav />
      <Tasks />
      <Filters total={counts.data?.total} states={counts.data?.states} />
      {selected.size === 0 ? null : (
        <div className="bulk-bar no-print" role="region" aria-label={t('cert.selected', { n: selected.size })}>
          <strong className="num">{t('cert.selected', { n: selected.size.toLocaleString(lang) })}</strong>
          <Button small kind="primary" onClick={() => setBulk('renew')}>
            {t('cert.bulk.renew')}
          </Button>
          <Button small kind="danger" onClick={() => setBulk('revoke')}>
            {t('cert.bulk.revoke')}
          </Button>
          {gathering || (rows.hasNextPage && selected.size >= shown.length) ? (
            <Button small busy={gathering} onClick={() => void selectEvery()}>
              {t('cert.select-every')}
            </Button>
          ) : null}
          <Button small kind="quiet" onClick={() => setSelected(new Map())}>
            {t('cert.unselect')}
          </Button>
        </div>
      )}
      <KeyedList
        query={rows}
        items={(page) => page.items}
        empty={
          filtered ? (
            <Empty title={t('cert.none')}>
              <p>{t('cert.none.text')}</p>
              <Button small onClick={() => void navigate({ search: {} })}>
                {t('cert.clear')}
              </Button>
            </Empty>
          ) : (
            <Empty title={t('cert.empty')}>
              <p>{t('cert.empty.text')}</p>
              <div className="actions">
                <Link className="button small" to="/nhu-cau">
                  {t('place.needs')}
                </Link>
                <Link className="button small" to="/chung-thu-so/nhap">
                  {t('cert.nav.import')}
                </Link>
              </div>
            </Empty>
          )
        }
      >
        {(items) => <CertificateTable rows={items} selected={new Set(selected.keys())} onSelect={select} />}
      </KeyedList>
    </div>
  );
}

function searchOf(
  search: Partial<Record<'q' | 'state' | 'form' | 'under' | 'from' | 'before' | 'owner' | 'tab', string>>,
): CertificateSearch {
  const form = Form.safeParse(search.form).data;
  const state = CertificateState.safeParse(search.state).data;
  return {
    ...(search.q === undefined ? {} : { q: search.q }),
    ...(form === undefined ? {} : { form }),
    ...(state === undefined ? {} : { state }),
    ...(search.under === undefined ? {} : { under: search.under }),
    ...(search.owner === 'known' || search.owner === 'unknown' ? { owner: search.owner } : {}),
    ...(search.from === undefined ? {} : { expiresFrom: search.from }),
    ...(search.before === undefined ? {} : { expiresBefore: search.before }),
    sort: search.before === undefined ? 'name' : 'expiry',
  };
}

interface FiltersProps {
  readonly total: number | undefined;
  readonly states: Partial<Record<CertificateState, number>> | undefined;
}

function Filters({ total, states }: FiltersProps) {
  const { t, lang } = useSpeech();
  const search = useSearch({ from: '/chung-thu-so' });
  const navigate = useNavigate({ from: '/chung-thu-so' });
  const [text, setText] = useState(search.q ?? '');
  const set = (change: Partial<Record<keyof typeof search, string | undefined>>, replace = false): void =>
    void navigate({
      search: Object.fromEntries(
        Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== ''),
      ),
      replace,
    });
  useEffect(() => {
    if (text.trim() === (search.q ?? '')) return;
    const timer = setTimeout(() => set({ q: text.trim() }, true), 250);
    return () => clearTimeout(timer);
  }, [text]);
  const soon = SOON.find((days) => search.before === dayIn(days + 1) && search.from === dayIn(0));
  const renewable = search.from === dayIn(RENEWABLE.from) && search.before === dayIn(RENEWABLE.to + 1);
  const expiry = search.before === undefined ? '' : renewable ? 'renewable' : soon === undefined ? 'other' : String(soon);
  return (
    <div className="list-tools no-print">
      <input
        className="input"
        type="search"
        value={text}
        aria-label={t('cert.search')}
        placeholder={t('cert.search')}
        onChange={(event) => setText(event.target.value)}
      />
      <select
        className="input"
        aria-label={t('cert.filter.state')}
        value={search.state ?? ''}
        onChange={(event) => set({ state: event.target.value })}
      >
        <option value="">{t('cert.any-state')}</option>
        {CertificateState.options.map((state) => (
          <option key={state} value={state}>
            {t(`cert.state.${state}`)}
            {states?.[state] === undefined ? '' : ` (${states[state].toLocaleString(lang)})`}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('cert.filter.form')}
        value={search.form ?? ''}
        onChange={(event) => set({ form: event.target.value })}
      >
        <option value="">{t('cert.any-form')}</option>
        {Form.options.map((form) => (
          <option key={form} value={form}>
            {t(`form.${form}`)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('cert.filter.expiry')}
        value={expiry}
        onChange={(event) =>
          set(
            event.target.value === ''
              ? { from: undefined, before: undefined }
              : event.target.value === 'renewable'
                ? { from: dayIn(RENEWABLE.from), before: dayIn(RENEWABLE.to + 1) }
                : { from: dayIn(0), before: dayIn(Number(event.target.value) + 1) },
          )
        }
      >
        <option value="">{t('cert.any-expiry')}</option>
        {expiry === 'other' ? (
          <option value="other">
            {t('cert.between', { from: dayText(search.from ?? ''), to: dayText(search.before ?? '') })}
          </option>
        ) : null}
        <option value="renewable">{t('cert.renewable', { from: RENEWABLE.from, to: RENEWABLE.to })}</option>
        {[...SOON].reverse().map((days) => (
          <option key={days} value={days}>
            {t('cert.within', { n: days })}
          </option>
        ))}
      </select>
      {search.under === undefined ? null : (
        <Button small icon="close" onClick={() => set({ under: undefined, tab: undefined })}>
          {t('cert.of-unit', { name: search.tab ?? t('cert.filter.unit') })}
        </Button>
      )}
      {search.owner === undefined ? null : (
        <Button small icon="close" onClick={() => set({ owner: undefined })}>
          {t(search.owner === 'unknown' ? 'owner.unknown' : 'owner.known')}
        </Button>
      )}
      <span className="hint num" role="status">
        {total === undefined ? '' : t('cert.count', { n: total.toLocaleString(lang) })}
      </span>
    </div>
  );
}
