import { queryOptions, useQuery } from '@tanstack/react-query';
import { registrationRoutes, RequestState } from '@antin/protocol/authority/registration';
import { reportRoutes } from '@antin/protocol/authority/reports';
import { call } from '../../staff/client.ts';
import { Export } from '../shell/Export.tsx';
import { Filter } from '../shell/Filter.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { SearchBox } from '../shell/SearchBox.tsx';
import { useSession } from '../queries.ts';
import type { Filters } from '../filters.ts';
import type { RequestSearch } from '../place.tsx';
import { useSpeech } from '../speech.ts';

const statisticsQuery = queryOptions({
  queryKey: ['requests', 'statistics'],
  queryFn: ({ signal }) => call(registrationRoutes.statistics, {}, signal),
  staleTime: 60_000,
});

const ACTS = ['new', 'renew', 'change', 'revoke', 'recover-device'] as const;
const FORMS = ['01', '02', '03'] as const;
const DUES = ['overdue', 'today', 'soon'] as const;
const WAITING = ['toCheck', 'toApprove', 'toIssue', 'toHandOver', 'toRevoke'] as const;

/** Search and filters; they stand in the address, so that a list can be bookmarked. */
export function RequestFilters({ filters }: { readonly filters: Filters<RequestSearch> }) {
  const { search, change } = filters;
  const { t, lang } = useSpeech();
  const statistics = useQuery(statisticsQuery);
  const { roles } = useSession();
  const count = new Map(statistics.data?.states.map((one) => [one.state, one.count]));
  const number = (state: RequestState): string => {
    const n = count.get(state);
    return n === undefined ? '' : ` (${n.toLocaleString(lang)})`;
  };
  const agencies = statistics.data?.agencies ?? [];
  return (
    <ListTools
      filters={filters}
      end={
        (['registration', 'approval', 'audit'] as const).some((role) => roles.includes(role)) ? (
          <Export row={reportRoutes.exportRequests} query={{ ...search }} />
        ) : null
      }
    >
      <SearchBox label={t('top.search')} hint={t('top.search.hint')} value={search.q ?? ''} onSearch={(q) => change({ q })} />
      <Filter
        label={t('filter.state')}
        value={search.waiting !== undefined ? `waiting:${search.waiting}` : (search.state ?? '')}
        onChange={(value) => {
          const waiting = value.startsWith('waiting:') ? value.slice(8) : undefined;
          change({ waiting, state: waiting === undefined ? value : undefined });
        }}
        options={[
          ...WAITING.map((one) => [`waiting:${one}`, t(`wait.${one}`)] as const),
          ...RequestState.options.map((state) => [state, t(`reqstate.${state}`) + number(state)] as const),
        ]}
      />
      <Filter
        label={t('filter.act')}
        value={search.act ?? ''}
        onChange={(act) => change({ act })}
        options={ACTS.map((act) => [act, t(`act.${act}`)])}
      />
      <Filter
        label={t('filter.form')}
        value={search.form ?? ''}
        onChange={(form) => change({ form })}
        options={FORMS.map((form) => [form, t('filter.form.n', { n: form, what: t(`form.${form}`) })])}
      />
      <Filter
        label={t('filter.due')}
        value={search.due ?? ''}
        onChange={(due) => change({ due })}
        options={DUES.map((due) => [due, t(`filter.due.${due}`)])}
      />
      {agencies.length > 1 || search.agency !== undefined ? (
        <Filter
          label={t('filter.agency')}
          value={search.agency ?? ''}
          onChange={(agency) => change({ agency })}
          options={
            agencies.some((one) => one.code === search.agency) || search.agency === undefined
              ? agencies.map((one) => [one.code, `${one.name} (${one.open.toLocaleString(lang)})`])
              : [[search.agency, search.agency], ...agencies.map((one) => [one.code, one.name] as const)]
          }
        />
      ) : null}
    </ListTools>
  );
}
