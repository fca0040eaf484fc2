import '../words.ts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { officerRoutes } from '@antin/protocol/authority/officers';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import type { AnswerOf } from '../../staff/client.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { commonName } from '../common-name.ts';
import { sendersQuery } from '../officers/queries.ts';
import { useFilters } from '../filters.ts';
import type { ListedSearch } from '../place.tsx';
import { useSession } from '../queries.ts';
import { Filter } from '../shell/Filter.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { SearchBox } from '../shell/SearchBox.tsx';
import { useSpeech } from '../speech.ts';
import { SenderForm } from './SenderForm.tsx';

type Sender = AnswerOf<typeof officerRoutes.senders>['senders'][number];

/** Agencies that may send requests, and how each is let in. */
export function SendersPage() {
  const { t } = useSpeech();
  const { roles } = useSession();
  const filters = useFilters<ListedSearch>('/co-quan-gui');
  const { search, filtered, change } = filters;
  const list = useInfiniteQuery({ ...sendersQuery(search), placeholderData: keepPreviousData });
  const [open, setOpen] = useState(false);
  const operates = roles.includes('operation');
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.senders')}</h1>
        {operates && !open ? (
          <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
            {t('senders.add')}
          </Button>
        ) : null}
        <p className="hint">{t('senders.lead')}</p>
      </header>
      {open ? <SenderForm onClose={() => setOpen(false)} /> : null}
      <ListTools filters={filters}>
        <SearchBox label={t('senders.search')} value={search.q ?? ''} onSearch={(q) => change({ q })} />
        <Filter
          label={t('filter.state')}
          value={search.state ?? ''}
          onChange={(state) => change({ state })}
          options={[
            ['active', t('senders.active')],
            ['disabled', t('officers.disabled')],
          ]}
        />
      </ListTools>
      <KeyedList
        query={list}
        items={(page) => page.senders}
        empty={
          <Empty title={t(filtered ? 'list.none' : 'senders.none')}>
            <p>{t(filtered ? 'list.none.text' : operates ? 'senders.none.operation' : 'senders.none.text')}</p>
          </Empty>
        }
      >
        {(items) => <SenderTable items={items} />}
      </KeyedList>
    </div>
  );
}

function SenderTable({ items }: { readonly items: readonly Sender[] }) {
  const { t } = useSpeech();
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.senders')}>
      <table className="table list senders">
        <thead>
          <tr>
            <th scope="col">{t('senders.name')}</th>
            <th scope="col">{t('senders.let-in')}</th>
            <th scope="col">{t('officers.certificate')}</th>
            <th scope="col">{t('col.state')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.code}>
              <td className="subject">
                <strong>{one.name}</strong>
                <small className="notation">{one.code}</small>
              </td>
              <td className="to">
                {t(one.tokenIsEnough ? 'senders.token-enough' : 'senders.signed')}
                <small>{t(one.hasToken ? 'senders.has-token' : 'senders.no-token')}</small>
                {one.tokenForUnder ? <small>{t('senders.under.yes')}</small> : null}
              </td>
              <td className="to">
                {one.certificate === undefined ? (
                  <span className="hint">{t('officers.no-certificate')}</span>
                ) : (
                  <>
                    {commonName(one.certificate.subject)}
                    <small className="num">{t('device.expires', { day: dayText(dayOf(one.certificate.notAfter)) })}</small>
                  </>
                )}
              </td>
              <td className="tags">
                {one.active ? (
                  <Tag tone="green" icon="check" text={t('senders.active')} />
                ) : (
                  <Tag tone="plain" icon="close" text={t('officers.disabled')} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
