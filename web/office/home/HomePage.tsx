import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, type ReactNode } from 'react';
import type { DocumentRow } from '@antin/protocol/office/documents';
import type { IncomingRow } from '@antin/protocol/office/incoming';
import { Icon } from '../../ui/Icon.tsx';
import { Empty, Skeleton } from '../../ui/Waiting.tsx';
import { dayOf, dayText, sinceText } from '../../i18n/dates.ts';
import { asTitle, shortAgency } from '../../i18n/titles.ts';
import { useSpeech } from '../../staff/language.tsx';
import { useTypeName } from '../data/type-name.ts';
import { incomingListQuery, outgoingQuery } from '../data/list-queries.ts';
import { useSession } from '../data/session-query.ts';
import { Failure } from '../../staff/Failure.tsx';
import { waitingFor } from '../shell/waiting.ts';
import { StampTag, StateTag, UrgencyTag, VerdictTag } from '../shell/states.tsx';

const SHOWN = 8;

// Its words and styles come with it: most people hold no such role.
const CertificateTasks = lazy(async () => ({ default: (await import('../certificate-side.ts')).Tasks }));
/** Of few clerks on few days. */
const RequestsToSign = lazy(async () => ({ default: (await import('../certificate-side.ts')).RequestsToSign }));

/** What waits for me, grouped by the act it waits for. */
export function HomePage() {
  const { t } = useSpeech();
  const session = useSession();
  const { counts } = session;
  const roles = session.positions.find((held) => held.id === session.positionId)?.roles ?? [];
  const total = waitingFor(counts);
  return (
    <div className="page home">
      <h1>{t('home.title')}</h1>
      {total === 0 ? (
        <Empty title={t('home.none')}>
          <p>{roles.includes('drafter') ? t('home.none.drafter') : t('home.none.other')}</p>
        </Empty>
      ) : null}
      {counts.toSign > 0 ? <Outgoing mine="to-sign" count={counts.toSign} /> : null}
      {counts.toIssue > 0 ? <Outgoing mine="to-issue" count={counts.toIssue} /> : null}
      {counts.requestsToSign > 0 ? (
        <Suspense fallback={<Skeleton lines={3} label={t('loading')} />}>
          <RequestsToSign count={counts.requestsToSign} />
        </Suspense>
      ) : null}
      {counts.toReceive > 0 ? <Incoming mine="to-receive" count={counts.toReceive} /> : null}
      {counts.toAssign > 0 ? <Incoming mine="to-assign" count={counts.toAssign} /> : null}
      {counts.assignedToMe > 0 ? <Incoming mine="assigned-to-me" count={counts.assignedToMe} /> : null}
      {counts.drafts > 0 ? <Outgoing mine="drafts" count={counts.drafts} /> : null}
      {counts.certificateTasks > 0 ? (
        <Suspense fallback={<Skeleton lines={3} label={t('loading')} />}>
          <CertificateTasks />
        </Suspense>
      ) : null}
    </div>
  );
}

function Outgoing({ mine, count }: { readonly mine: 'to-sign' | 'to-issue' | 'drafts'; readonly count: number }) {
  const { t } = useSpeech();
  const rows = useQuery({ ...outgoingQuery({ mine, pageSize: SHOWN }), refetchInterval: 20_000 });
  return (
    <Group
      id={mine}
      title={t(`home.${mine}`)}
      count={count}
      columns={[t('row.what'), mine === 'drafts' ? t('row.to') : t('row.from'), t('row.since'), t('row.state')]}
      busy={rows.isPending}
      error={rows.data === undefined ? rows.error : null}
      onRetry={() => void rows.refetch()}
      act={
        mine === 'to-sign' && count > 1 ? (
          <Link to="/ky-nhieu" className="button small">
            <Icon name="pen" size={16} /> {t('home.sign-several')}
          </Link>
        ) : null
      }
      all={
        <Link to="/van-ban-di" search={{ mine }}>
          {t('home.all', { n: count })}
        </Link>
      }
    >
      {rows.data?.items.map((row) => (
        <OutgoingRow key={row.id} row={row} mine={mine} />
      ))}
    </Group>
  );
}

function OutgoingRow({ row, mine }: { readonly row: DocumentRow; readonly mine: 'to-sign' | 'to-issue' | 'drafts' }) {
  const { t } = useSpeech();
  const typeName = useTypeName();
  const [first, ...others] = row.addressees;
  const to =
    others.length === 0 ? shortAgency(first ?? '') : `${shortAgency(first ?? '')} ${t('row.more', { n: others.length })}`;
  return (
    <li className="work-row">
      <div className="work-what">
        <Link to="/van-ban-di/$id" params={{ id: row.id }} className="row-link" data-row="">
          {asTitle(row.subject)}
        </Link>
        <small>
          {typeName(row.typeCode, row.typeName)}
          {row.numberAndNotation === undefined ? '' : ` ${row.numberAndNotation}`}
          {mine === 'drafts' ? '' : ` · ${t('row.to').toLocaleLowerCase('vi')}: ${to}`}
        </small>
      </div>
      <div className="work-from">{mine === 'to-sign' ? row.drafterName : mine === 'to-issue' ? row.signerName : to}</div>
      <div className="work-since">
        <time dateTime={row.waitingSince}>{sinceText(row.waitingSince, Date.now())}</time>
      </div>
      <div className="work-state">
        <UrgencyTag urgency={row.urgency} />
        {mine === 'to-sign' && row.urgency !== 'normal' ? null : <StateTag state={row.state} />}
        <StampTag pending={row.timeStampPending} />
      </div>
    </li>
  );
}

function Incoming({ mine, count }: { readonly mine: 'to-receive' | 'to-assign' | 'assigned-to-me'; readonly count: number }) {
  const { t } = useSpeech();
  const rows = useQuery({ ...incomingListQuery({ mine, pageSize: SHOWN }), refetchInterval: 20_000 });
  const last = mine === 'to-receive' ? t('row.verdict') : t('row.due');
  return (
    <Group
      id={mine}
      title={t(`home.${mine}`)}
      count={count}
      columns={[t('row.what'), t('row.from'), t('row.since'), last]}
      busy={rows.isPending}
      error={rows.data === undefined ? rows.error : null}
      onRetry={() => void rows.refetch()}
      all={
        <Link to="/van-ban-den" search={{ mine }}>
          {t('home.all', { n: count })}
        </Link>
      }
    >
      {rows.data?.items.map((row) => (
        <IncomingRowLine key={row.id} row={row} mine={mine} />
      ))}
    </Group>
  );
}

function IncomingRowLine({ row, mine }: { readonly row: IncomingRow; readonly mine: string }) {
  const { t } = useSpeech();
  const today = dayOf(Date.now());
  return (
    <li className="work-row">
      <div className="work-what">
        <Link to="/van-ban-den/$id" params={{ id: row.id }} className="row-link" data-row="">
          {asTitle(row.subject)}
        </Link>
        <small>
          {row.typeName} <span className="notation">{row.numberAndNotation}</span> · {dayText(row.date)}
          {row.incomingNumber === undefined ? '' : ` · ${t('row.incoming-number').toLocaleLowerCase('vi')} ${row.incomingNumber}`}
        </small>
      </div>
      <div className="work-from">{shortAgency(row.senderName)}</div>
      <div className="work-since">
        <time dateTime={row.arrivedAt}>{sinceText(row.arrivedAt, Date.now())}</time>
      </div>
      <div className="work-state">
        <UrgencyTag urgency={row.urgency} />
        {mine === 'to-receive' ? (
          <VerdictTag verdict={row.verdict} />
        ) : row.dueDate === undefined ? (
          <span className="hint">{t('row.no-due')}</span>
        ) : row.dueDate < today ? (
          <span className="overdue">
            {t('row.overdue')} {dayText(row.dueDate)}
          </span>
        ) : (
          <time dateTime={row.dueDate}>{dayText(row.dueDate)}</time>
        )}
      </div>
    </li>
  );
}

interface GroupProps {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly columns: readonly string[];
  readonly busy: boolean;
  readonly error: unknown;
  readonly onRetry: () => void;
  /** What can be done with the whole group. */
  readonly act?: ReactNode;
  readonly all: ReactNode;
  readonly children: ReactNode;
}

function Group({ id, title, count, columns, busy, error, onRetry, act, all, children }: GroupProps) {
  const { t } = useSpeech();
  return (
    <section className="work" aria-labelledby={`group-${id}`}>
      <div className="work-head">
        <h2 id={`group-${id}`}>
          {title} <span className="count num">{count}</span>
          {act ?? null}
        </h2>
        <div className="work-columns" aria-hidden="true">
          {columns.slice(1).map((column) => (
            <span key={column}>{column}</span>
          ))}
        </div>
      </div>
      {error === null ? (
        busy ? (
          <Skeleton lines={3} label={t('loading')} />
        ) : (
          <ul>{children}</ul>
        )
      ) : (
        <Failure error={error} onRetry={onRetry} />
      )}
      {count > SHOWN ? <p className="work-all">{all}</p> : null}
    </section>
  );
}
