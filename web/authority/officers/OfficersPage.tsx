import '../words.ts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { memo, useState } from 'react';
import type { Officer } from '@antin/protocol/authority/officers';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { commonName } from '../common-name.ts';
import { useFilters } from '../filters.ts';
import { Go, type ListedSearch } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { Filter } from '../shell/Filter.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { SearchBox } from '../shell/SearchBox.tsx';
import { ChangeForm } from './ChangeForm.tsx';
import { NewOfficerForm } from './NewOfficerForm.tsx';
import { officersQuery } from './queries.ts';

/** Officers with their dated roles; every change is proposed by one and confirmed by another. */
export function OfficersPage() {
  const { t } = useSpeech();
  const { roles, counts } = useSession();
  const filters = useFilters<ListedSearch>('/can-bo');
  const { search, filtered, change } = filters;
  const list = useInfiniteQuery({ ...officersQuery(search), placeholderData: keepPreviousData });
  const [adding, setAdding] = useState(false);
  const operates = roles.includes('operation');
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.officers')}</h1>
        <div className="actions no-print">
          <Go place={{ to: '/thay-doi' }} className="button">
            {t('officers.changes')}
            {counts.changesToConfirm > 0 ? <span className="count num">{counts.changesToConfirm}</span> : null}
          </Go>
          {operates ? (
            <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
              {t('officers.add')}
            </Button>
          ) : null}
        </div>
        <p className="hint">{t('officers.lead')}</p>
      </header>
      <ListTools filters={filters}>
        <SearchBox label={t('officers.search')} value={search.q ?? ''} onSearch={(q) => change({ q })} />
        <Filter
          label={t('filter.state')}
          value={search.state ?? ''}
          onChange={(state) => change({ state })}
          options={(['active', 'disabled'] as const).map((one) => [one, t(`officers.${one}`)])}
        />
      </ListTools>
      <KeyedList
        query={list}
        items={(page) => page.officers}
        empty={
          <Empty title={t('list.none')}>
            <p>{t(filtered ? 'list.none.text' : 'officers.lead')}</p>
          </Empty>
        }
      >
        {(items) => <OfficerTable items={items} operates={operates} />}
      </KeyedList>
      <Dialog title={t('officers.add')} open={adding} onClose={() => setAdding(false)}>
        <NewOfficerForm incompatible={list.data?.pages[0]?.incompatible ?? []} onDone={() => setAdding(false)} />
      </Dialog>
    </div>
  );
}

function OfficerTable({ items, operates }: { readonly items: readonly Officer[]; readonly operates: boolean }) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.officers')}>
      <table className="table list officers">
        <thead>
          <tr>
            <th scope="col">{t('officers.name')}</th>
            <th scope="col">{t('officers.roles')}</th>
            <th scope="col">{t('officers.certificate')}</th>
            <th scope="col">{t('col.state')}</th>
            {operates ? (
              <th scope="col">
                <span className="visually-hidden">{t('officers.propose')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <Line key={one.id} officer={one} operates={operates} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Drawn again only when it changed: a thousand stand above the next ones. */
const Line = memo(function Line({ officer, operates }: { readonly officer: Officer; readonly operates: boolean }) {
  const { t } = useSpeech();
  const [open, setOpen] = useState(false);
  return (
    <tr>
      <td className="subject">
        <strong>{officer.fullName}</strong>
        <small>{officer.signInName}</small>
        {officer.active && !officer.hasPassword ? (
          <>
            <Tag tone="amber" icon="warn" text={t('officers.no-password')} />
            <small>{t('officers.no-password.what')}</small>
          </>
        ) : null}
      </td>
      <td className="to">
        {officer.terms.length === 0 ? <span className="hint">{t('console.roles.none')}</span> : null}
        {officer.terms.map((term) => (
          <div key={`${term.role}${term.from}`}>
            {t(`officer.${term.role}`)}{' '}
            <small className="num inline">
              {term.to === undefined
                ? t('officers.since', { from: dayText(term.from) })
                : t('officers.from-to', { from: dayText(term.from), to: dayText(term.to) })}
            </small>
          </div>
        ))}
      </td>
      <td className="to">
        {officer.certificate === undefined ? (
          <span className="hint">{t('officers.no-certificate')}</span>
        ) : (
          <>
            {commonName(officer.certificate.subject)}
            <small className="num">{t('device.expires', { day: dayText(dayOf(officer.certificate.notAfter)) })}</small>
          </>
        )}
      </td>
      <td className="tags">
        {officer.active ? (
          <Tag tone="green" icon="check" text={t('officers.active')} />
        ) : (
          <Tag tone="plain" icon="close" text={t('officers.disabled')} />
        )}
      </td>
      {operates ? (
        <td>
          <Button small data-row="" onClick={() => setOpen(true)} aria-label={`${t('officers.propose')}: ${officer.fullName}`}>
            {t('officers.propose')}
          </Button>
          {open ? (
            <Dialog title={t('officers.propose.title', { name: officer.fullName })} open onClose={() => setOpen(false)}>
              <ChangeForm officer={officer} onDone={() => setOpen(false)} />
            </Dialog>
          ) : null}
        </td>
      ) : null}
    </tr>
  );
});
