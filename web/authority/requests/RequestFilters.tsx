import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { registrationRoutes, RequestState } from '@antin/protocol/authority/registration';
import { Button } from '../../ui/Button.tsx';
import { call } from '../../staff/client.ts';
import { useGo, type RequestSearch } from '../place.tsx';
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
export function RequestFilters({ search }: { readonly search: RequestSearch }) {
  const { t, lang } = useSpeech();
  const go = useGo();
  const statistics = useQuery(statisticsQuery);
  const [text, setText] = useState(search.q ?? '');
  const change = (more: { readonly [name in keyof RequestSearch]: string | undefined }): void => {
    const next = Object.entries({ ...search, ...more }).filter(([, value]) => value !== undefined && value !== '');
    go({ to: '/yeu-cau', search: Object.fromEntries(next) as RequestSearch }, true);
  };
  useEffect(() => {
    if (text.trim() === (search.q ?? '')) return;
    // Typing waits a moment before it asks the server.
    const timer = setTimeout(() => change({ q: text.trim() }), 250);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => setText(search.q ?? ''), [search.q]);
  const count = new Map(statistics.data?.states.map((one) => [one.state, one.count]));
  const number = (state: RequestState): string => {
    const n = count.get(state);
    return n === undefined ? '' : ` (${n.toLocaleString(lang)})`;
  };
  const agencies = statistics.data?.agencies ?? [];
  return (
    <div className="list-tools no-print">
      <input
        className="input"
        type="search"
        value={text}
        aria-label={t('top.search')}
        placeholder={t('top.search.hint')}
        onChange={(event) => setText(event.target.value)}
      />
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
      {Object.keys(search).length === 0 ? null : (
        <Button small kind="quiet" onClick={() => go({ to: '/yeu-cau' }, true)}>
          {t('filter.clear')}
        </Button>
      )}
    </div>
  );
}

interface FilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly (readonly [value: string, text: string])[];
}

/** The first choice is the name of the filter itself: nothing is filtered. */
function Filter({ label, value, onChange, options }: FilterProps) {
  return (
    <select className="input" aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{label}</option>
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  );
}
