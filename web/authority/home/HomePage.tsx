import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Icon } from '../../ui/Icon.tsx';
import { Empty, Skeleton } from '../../ui/Waiting.tsx';
import { instantText, sinceText } from '../../i18n/dates.ts';
import { shortAgency } from '../../i18n/titles.ts';
import { Go, type RequestSearch } from '../place.tsx';
import { someRequestsQuery, useSession } from '../queries.ts';
import { Due, RequestTag, useKind, type Row } from '../requests/states.tsx';
import { useSpeech, type ConsoleKey } from '../speech.ts';
import { Group, SHOWN } from './Group.tsx';

// Only for those who have such work: with them come the rows of other routes.
const Quarantined = lazy(async () => ({ default: (await import('./OtherGroups.tsx')).Quarantined }));
const ChangesToConfirm = lazy(async () => ({ default: (await import('./OtherGroups.tsx')).ChangesToConfirm }));

/** What waits for me, grouped by the act it waits for. */
export function HomePage() {
  const { t } = useSpeech();
  const { counts, roles } = useSession();
  const groups = [
    ['toCheck', counts.toCheck],
    ['toApprove', counts.toApprove],
    ['toIssue', counts.toIssue],
    ['toHandOver', counts.toHandOver],
    ['toRevoke', counts.toRevoke],
  ] as const;
  const supervises = roles.includes('audit') || roles.includes('operation');
  const overdue = counts.overdue > 0 && (supervises || groups.some(([, count]) => count > 0));
  const total = groups.reduce((sum, [, count]) => sum + count, 0) + counts.quarantined + counts.changesToConfirm;
  return (
    <div className="page home">
      <h1>{t('place.home')}</h1>
      {total === 0 && !overdue ? (
        <Empty title={t('wait.none')}>
          <p>{roles.includes('audit') ? t('wait.none.audit') : t('wait.none.text')}</p>
        </Empty>
      ) : null}
      {overdue ? <Requests title="wait.overdue" count={counts.overdue} search={{ due: 'overdue' }} state /> : null}
      {groups.map(([waiting, count]) =>
        count === 0 ? null : <Requests key={waiting} title={`wait.${waiting}`} count={count} search={{ waiting }} />,
      )}
      <Suspense fallback={<Skeleton lines={3} label={t('loading')} />}>
        {counts.quarantined > 0 ? <Quarantined count={counts.quarantined} /> : null}
        {counts.changesToConfirm > 0 ? <ChangesToConfirm count={counts.changesToConfirm} /> : null}
      </Suspense>
    </div>
  );
}

interface RequestsProps {
  readonly title: ConsoleKey;
  readonly count: number;
  readonly search: RequestSearch;
  /** Rows of several states: each says its own. */
  readonly state?: boolean;
}

function Requests({ title, count, search, state = false }: RequestsProps) {
  const { t } = useSpeech();
  const rows = useQuery(someRequestsQuery(search, SHOWN));
  return (
    <Group
      id={title.replace('.', '-')}
      title={t(title)}
      count={count}
      columns={[t('col.agency'), t('col.received'), state ? t('col.state') : t('col.due')]}
      query={rows}
      act={
        search.waiting === 'toApprove' && count > 1 ? (
          <Go place={{ to: '/duyet' }} className="button small">
            <Icon name="pen" size={16} /> {t('wait.approve-several')}
          </Go>
        ) : null
      }
      all={<Go place={{ to: '/yeu-cau', search }}>{t('wait.all', { n: count })}</Go>}
    >
      {rows.data?.items.map((row) => (
        <RequestLine key={row.id} row={row} state={state} />
      ))}
    </Group>
  );
}

function RequestLine({ row, state }: { readonly row: Row; readonly state: boolean }) {
  const { t } = useSpeech();
  const kind = useKind();
  return (
    <li className="work-row">
      <div className="work-what">
        <Go place={{ to: '/yeu-cau/$id', params: { id: row.id } }} className="row-link" row>
          {row.subject}
        </Go>
        <small>
          {kind(row)}
          {row.blocking > 0 ? ` · ${t('blocking.n', { n: row.blocking })}` : ''}
        </small>
      </div>
      <div className="work-from">{shortAgency(row.agency.name)}</div>
      <div className="work-since">
        <time dateTime={row.receivedAt} title={instantText(row.receivedAt)}>
          {sinceText(row.receivedAt, Date.now())}
        </time>
      </div>
      <div className="work-state">{state ? <RequestTag state={row.state} /> : <Due row={row} />}</div>
    </li>
  );
}
