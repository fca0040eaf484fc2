import '../words.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { officerRoutes, type ProposedChange } from '@antin/protocol/authority/officers';
import { OfficerRole } from '@antin/protocol/authority/session';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { Go } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { changesQuery, officersQuery } from './queries.ts';

/** Changes of who may do what: proposed by one officer of operation, done when another confirms. */
export function ChangesPage() {
  const { t } = useSpeech();
  const changes = useQuery(changesQuery);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('changes.title')}</h1>
        <p className="hint">
          {t('changes.lead')} <Go place={{ to: '/can-bo' }}>{t('place.officers')}</Go>
        </p>
      </header>
      {changes.data === undefined ? (
        <Pending query={changes} lines={6} />
      ) : changes.data.changes.length === 0 ? (
        <Empty title={t('changes.none')}>
          <p>{t('changes.none.text')}</p>
        </Empty>
      ) : (
        <ul className="submissions">
          {changes.data.changes.map((one) => (
            <Change key={one.id} change={one} />
          ))}
        </ul>
      )}
    </div>
  );
}

const tags = { proposed: ['amber', 'clock'], confirmed: ['green', 'check'], rejected: ['plain', 'close'] } as const;

function Change({ change }: { readonly change: ProposedChange }) {
  const { t, lang } = useSpeech();
  const { officerId, roles } = useSession();
  const client = useQueryClient();
  const [rejecting, setRejecting] = useState(false);
  const fresh = (): void => {
    setRejecting(false);
    for (const queryKey of [['officer-changes'], ['officers'], ['senders'], ['session']])
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
  return (
    <li className="submission">
      <div className="submission-head">
        <div>
          <h2>{t(`change.${change.change['kind'] as 'create'}`)}</h2>
          <p className="hint">
            {t('change.by')}: {change.proposedBy.fullName} · {instantText(change.proposedAt)}
            {change.decidedBy === undefined || change.decidedAt === undefined
              ? ''
              : ` · ${t(`changes.${change.state === 'rejected' ? 'rejected' : 'confirmed'}.by`)} ${change.decidedBy.fullName}, ${instantText(change.decidedAt)}`}
          </p>
        </div>
        <Tag tone={tone} icon={icon} text={t(`changes.${change.state}`)} />
      </div>
      <About change={change.change} />
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
}

/** What exactly would change: the second officer decides about this and nothing else. */
function About({ change }: { readonly change: ProposedChange['change'] }) {
  const { t } = useSpeech();
  const officers = useQuery(officersQuery);
  const said = (name: string): string | undefined => {
    const value = change[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const officer = officers.data?.officers.find((one) => one.id === said('officerId'));
  const given = Array.isArray(change['roles']) ? change['roles'] : [change['role']];
  const roles = given.flatMap((role) => {
    const known = OfficerRole.safeParse(role);
    return known.success ? [t(`officer.${known.data}`)] : [];
  });
  const day = (name: string): string | undefined => {
    const value = said(name);
    return value === undefined ? undefined : dayText(value);
  };
  const rows = [
    [t('officers.name'), officer === undefined ? said('fullName') : `${officer.fullName} (${officer.signInName})`],
    [t('officers.sign-in'), said('signInName')],
    [t('senders.name'), said('name')],
    [t('item.code'), said('code')],
    [t('officers.roles'), roles.length === 0 ? undefined : roles.join(', ')],
    [t('change.from'), day('from')],
    [t('change.to'), day('to')],
    [t('senders.let-in'), change['tokenIsEnough'] === true ? t('senders.token-enough') : undefined],
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
