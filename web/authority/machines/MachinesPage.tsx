import '../words.ts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MachineAccountState, type MachineAccount } from '@antin/protocol/authority/enrolment';
import { Button } from '../../ui/Button.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText, instantText } from '../../i18n/dates.ts';
import { Filter } from '../shell/Filter.tsx';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { SearchBox } from '../shell/SearchBox.tsx';
import { useFilters } from '../filters.ts';
import { Go, type MachineSearch } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { OpenAccount } from './OpenAccount.tsx';
import { machinesQuery } from './queries.ts';

const tags: Readonly<Record<MachineAccount['state'], readonly [Tone, IconName]>> = {
  open: ['green', 'check'],
  expired: ['plain', 'clock'],
  withdrawn: ['red', 'bad'],
  closed: ['plain', 'close'],
};

export function MachineTag({ state }: { readonly state: MachineAccount['state'] }) {
  const { t } = useSpeech();
  return <Tag tone={tags[state][0]} icon={tags[state][1]} text={t(`machines.state.${state}`)} />;
}

/** An account ends with its last day: the instant is the midnight after it. */
export const lastDay = (expiresAt: string): string => dayText(dayOf(Date.parse(expiresAt) - 1));

/** Machines that fetch certificates by themselves, newest first; officers of issuance open accounts. */
export function MachinesPage() {
  const { t } = useSpeech();
  const { roles } = useSession();
  const filters = useFilters<MachineSearch>('/may');
  const { search, filtered, change } = filters;
  const [opening, setOpening] = useState(false);
  const rows = useInfiniteQuery({ ...machinesQuery(search), placeholderData: keepPreviousData });
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.machines')}</h1>
        {roles.includes('issuance') && !opening ? (
          <Button kind="primary" icon="plus" onClick={() => setOpening(true)}>
            {t('machines.open')}
          </Button>
        ) : null}
        <p className="hint">{t('machines.lead')}</p>
      </header>
      {opening ? <OpenAccount onClose={() => setOpening(false)} /> : null}
      <ListTools filters={filters}>
        <SearchBox label={t('machines.search')} value={search.q ?? ''} onSearch={(q) => change({ q })} />
        <Filter
          label={t('machines.every-state')}
          value={search.state ?? ''}
          onChange={(state) => change({ state })}
          options={MachineAccountState.options.map((one) => [one, t(`machines.state.${one}`)])}
        />
      </ListTools>
      <KeyedList
        query={rows}
        items={(page) => page.items}
        empty={
          <Empty title={t(filtered ? 'list.none' : 'machines.none')}>
            <p>{t(filtered ? 'list.none.text' : 'machines.none.text')}</p>
          </Empty>
        }
      >
        {(items) => <MachineTable items={items} />}
      </KeyedList>
    </div>
  );
}

function MachineTable({ items }: { readonly items: readonly MachineAccount[] }) {
  const { t, code } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.machines')}>
      <table className="table list machines">
        <thead>
          <tr>
            <th scope="col">{t('machines.name')}</th>
            <th scope="col">{t('machines.hosts')}</th>
            <th scope="col">{t('machines.certs')}</th>
            <th scope="col">{t('machines.used')}</th>
            <th scope="col">{t('machines.until')}</th>
            <th scope="col">{t('col.state')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <td className="subject">
                <Go place={{ to: '/may/$id', params: { id: one.id } }} className="row-link" row>
                  {one.subject}
                </Go>
                <small>
                  {one.agencyName} · {code('profile', one.profile)}
                </small>
              </td>
              <td className="to mono">{one.hostNames.length === 0 ? '–' : one.hostNames.join(', ')}</td>
              <td data-label={t('machines.certs')} className="num">
                {t('machines.certs.n', { valid: one.certificates.valid, total: one.certificates.total })}
              </td>
              <td data-label={t('machines.used')}>
                {one.lastUsed === undefined ? (
                  t('machines.never')
                ) : (
                  <>
                    {instantText(one.lastUsed.at)} <small>{one.lastUsed.over.toUpperCase()}</small>
                  </>
                )}
              </td>
              <td className="num nowrap" data-label={t('machines.until')}>
                {lastDay(one.expiresAt)}
              </td>
              <td className="tags">
                <MachineTag state={one.state} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
