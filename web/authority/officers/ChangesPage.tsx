import '../words.ts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { memo, useState } from 'react';
import { officerRoutes, type ProposedChange } from '@antin/protocol/authority/officers';
import { OfficerRole } from '@antin/protocol/authority/session';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { KeyedList } from '../../staff/KeyedList.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { useFilters } from '../filters.ts';
import { againWhileShort } from '../paging.ts';
import { Go, type ChangeSearch } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { Filter } from '../shell/Filter.tsx';
import { ListTools } from '../shell/ListTools.tsx';
import { changesQuery } from './queries.ts';

/** Changes of who may do what: proposed by one officer of operation, done when another confirms. */
export function ChangesPage() {
  const { t } = useSpeech();
  const filters = useFilters<ChangeSearch>('/thay-doi');
  const { search, filtered, change } = filters;
  const changes = useInfiniteQuery({
    ...changesQuery(search),
    placeholderData: keepPreviousData,
    refetchInterval: againWhileShort(20_000),
  });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('changes.title')}</h1>
        <p className="hint">
          {t('changes.lead')} <Go place={{ to: '/can-bo' }}>{t('place.officers')}</Go>
        </p>
      </header>
      <ListTools filters={filters}>
        <Filter
          label={t('filter.state')}
          value={search.state ?? ''}
          onChange={(state) => change({ state })}
          options={(['proposed', 'confirmed', 'rejected'] as const).map((one) => [one, t(`changes.${one}`)])}
        />
      </ListTools>
      <KeyedList
        query={changes}
        items={(page) => page.changes}
        empty={
          <Empty title={t(filtered ? 'list.none' : 'changes.none')}>
            <p>{t(filtered ? 'list.none.text' : 'changes.none.text')}</p>
          </Empty>
        }
      >
        {(items) => (
          <ul className="submissions">
            {items.map((one) => (
              <Change key={one.id} change={one} />
            ))}
          </ul>
        )}
      </KeyedList>
    </div>
  );
}

const tags = { proposed: ['amber', 'clock'], confirmed: ['green', 'check'], rejected: ['plain', 'close'] } as const;

/** Drawn again only when it changed: many stand here, and more are added below them. */
const Change = memo(function Change({ change }: { readonly change: ProposedChange }) {
  const { t, code, lang } = useSpeech();
  const { officerId, roles } = useSession();
  const client = useQueryClient();
  const [rejecting, setRejecting] = useState(false);
  const [open, setOpen] = useState(false);
  const fresh = (): void => {
    setRejecting(false);
    for (const queryKey of [['officer-changes'], ['officers'], ['senders'], ['calendar'], ['session']])
      void client.invalidateQueries({ queryKey });
  };
  const params = { id: change.id };
  const confirm = useMutation({ mutationFn: () => call(officerRoutes.confirm, { params }), onSuccess: fresh });
  const reject = useMutation({
    mutationFn: (reason: string) => call(officerRoutes.reject, { params, body: { reason } }),
    onSuccess: fresh,
  });
  const problem = confirm.error === null ? undefined : problemText(confirm.error, lang);
  const own = change.proposedBy.id === officerId;
  const aboutMe = change.change['officerId'] === officerId;
  const [tone, icon] = tags[change.state];
  const name = nameIn(change, code);
  return (
    <li className="submission">
      <div className="submission-head">
        <div>
          <h2>
            {t(`change.${change.change['kind'] as 'create'}`)}
            {name === '' ? '' : `: ${name}`}
          </h2>
          <p className="hint">
            {t('change.by')}: {change.proposedBy.fullName} · {instantText(change.proposedAt)}
            {change.decidedBy === undefined || change.decidedAt === undefined
              ? ''
              : ` · ${t(`changes.${change.state === 'rejected' ? 'rejected' : 'confirmed'}.by`)} ${change.decidedBy.fullName}, ${instantText(change.decidedAt)}`}
          </p>
        </div>
        <Tag tone={tone} icon={icon} text={t(`changes.${change.state}`)} />
      </div>
      {change.state === 'proposed' ? (
        <About proposed={change} />
      ) : (
        <details className="change-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary data-row="">{t('more')}</summary>
          {open ? <About proposed={change} /> : null}
        </details>
      )}
      {change.reason === undefined ? null : <p className="submission-why">{change.reason}</p>}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {change.state === 'proposed' && roles.includes('operation') ? (
        <div className="actions no-print">
          <Button
            small
            kind="primary"
            busy={confirm.isPending}
            why={own ? t('changes.own') : aboutMe ? t('changes.about-me') : undefined}
            onClick={() => confirm.mutate()}
          >
            {t('changes.confirm')}
          </Button>
          <Button small onClick={() => setRejecting(true)}>
            {t('changes.reject')}
          </Button>
          <ReasonDialog
            title={t('changes.reject.title')}
            label={t('withdraw.reason')}
            error={t('reason.short')}
            act={t('changes.reject')}
            open={rejecting}
            busy={reject.isPending}
            failure={reject.error}
            onClose={() => setRejecting(false)}
            onReason={(reason) => reject.mutate(reason)}
          />
        </div>
      ) : null}
    </li>
  );
});

/** Whom or what it is about, for who looks through many. */
function nameIn({ about, change }: ProposedChange, code: (area: string, code: string, otherwise?: string) => string): string {
  const name = String(change['name'] ?? '');
  const kind = String(change['kind']);
  return kind.startsWith('limit') ? code('limit', name, name) : (about?.fullName ?? String(change['fullName'] ?? name));
}

/** What exactly would change: the second officer decides about this and nothing else. */
function About({ proposed }: { readonly proposed: ProposedChange }) {
  const { t, code, lang } = useSpeech();
  const { change, about } = proposed;
  const said = (name: string): string | undefined => {
    const value = change[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const limit = change['kind'] === 'limit' || change['kind'] === 'limit-withdrawn';
  const value = change['value'];
  const given = Array.isArray(change['roles']) ? change['roles'] : [change['role']];
  const roles = given.flatMap((role) => {
    const known = OfficerRole.safeParse(role);
    return known.success ? [t(`officer.${known.data}`)] : [];
  });
  const day = (name: string): string | undefined => {
    const value = said(name);
    return value === undefined ? undefined : dayText(value);
  };
  const letIn = [
    ...(change['tokenIsEnough'] === true ? [t('senders.token-enough')] : []),
    ...(change['tokenForUnder'] === true ? [t('senders.under.yes')] : []),
  ].join('; ');
  const rows = [
    [t('officers.name'), about === undefined ? said('fullName') : `${about.fullName} (${about.signInName})`],
    [t('officers.sign-in'), said('signInName')],
    [t(limit ? 'calendar.limit' : 'senders.name'), limit ? code('limit', said('name') ?? '', said('name')) : said('name')],
    [t('calendar.limit.value'), typeof value === 'number' ? value.toLocaleString(lang) : undefined],
    [t('item.code'), said('code')],
    [t('officers.roles'), roles.length === 0 ? undefined : roles.join(', ')],
    [t(limit ? 'calendar.limit.from' : 'change.from'), day('from')],
    [t('calendar.source'), said('source')],
    [t('change.to'), day('to')],
    [t('senders.let-in'), letIn === '' ? undefined : letIn],
    [t('senders.token'), said('tokenSha256') === undefined ? undefined : t('senders.token.set')],
    [t('officers.certificate'), said('certificate') === undefined ? undefined : t('senders.certificate.set')],
    [t('col.state'), change['active'] === false ? t('officers.disabled') : undefined],
  ] as const;
  return (
    <dl className="facts">
      {rows.map(([label, value]) =>
        value === undefined ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
