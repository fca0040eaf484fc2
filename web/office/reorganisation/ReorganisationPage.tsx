import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { reorganisationRoutes, type Reorganisation } from '@antin/protocol/office/reorganisation';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayText, instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { reorganisationQuery } from '../data/upkeep-queries.ts';
import { Effects } from './Effects.tsx';
import { Waiting } from './Waiting.tsx';
import { ReorganisationTag } from './tags.tsx';

/** A plan with everything it affects; decided here, and taken back here until its day. */
export function ReorganisationPage() {
  const { id } = useParams({ from: '/sap-xep/$id' });
  const plan = useQuery(reorganisationQuery(id));
  if (plan.data === undefined) {
    return (
      <div className="page">
        <Pending query={plan} lines={8} />
      </div>
    );
  }
  return <Plan one={plan.data} />;
}

function Plan({ one }: { readonly one: Reorganisation }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [asking, setAsking] = useState<'schedule' | 'cancel'>();
  const act = useMutation({
    mutationFn: (name: 'check' | 'schedule' | 'cancel') => call(reorganisationRoutes[name], { params: { id: one.id } }),
    onSuccess: (changed) => {
      client.setQueryData(reorganisationQuery(one.id).queryKey, changed);
      for (const key of ['reorganisations', 'directory-agency', 'directory-agencies', 'directory-changes'])
        void client.invalidateQueries({ queryKey: [key] });
      setAsking(undefined);
    },
  });
  const problem = act.error === null ? undefined : problemText(act.error, lang);
  const stops = one.effects?.problems.filter((other) => other.stops).length ?? 0;
  const requests = one.certificateRequestIds ?? (one.certificateRequestId === undefined ? [] : [one.certificateRequestId]);
  const day = dayText(one.effectiveOn);
  const title = asking === 'cancel' ? t('reorg.cancel') : t('reorg.schedule', { day });
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            <Link to="/sap-xep">{t('reorg.title')}</Link>
          </p>
          <h1>{one.name}</h1>
          <p className="agency-line">
            {t(`reorg.kind.${one.plan.kind}`)} · {t('reorg.day')} {day} ·{' '}
            {t('change.grounds', { number: one.grounds.number, day: dayText(one.grounds.date) })} · {one.createdBy},{' '}
            {instantText(one.createdAt)}
          </p>
        </div>
        <ReorganisationTag state={one.state} />
      </header>
      {asking === undefined && problem !== undefined ? (
        <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />
      ) : null}
      <div className="actions no-print">
        {one.state === 'checked' ? (
          <Button
            kind="primary"
            why={stops > 0 ? t('reorg.stops', { n: stops }) : undefined}
            onClick={() => setAsking('schedule')}
          >
            {t('reorg.schedule', { day })}
          </Button>
        ) : null}
        {one.state === 'draft' || one.state === 'checked' ? (
          <Button busy={act.isPending} kind={one.state === 'draft' ? 'primary' : 'plain'} onClick={() => act.mutate('check')}>
            {t(one.state === 'draft' ? 'reorg.check' : 'reorg.check.again')}
          </Button>
        ) : null}
        {one.state === 'effective' || one.state === 'cancelled' ? null : (
          <Button kind="quiet" onClick={() => setAsking('cancel')}>
            {t('reorg.cancel')}
          </Button>
        )}
        {requests.map((id, index) => (
          <Link key={id} className={index === 0 ? 'button primary' : 'button'} to="/ho-so-cap/$id" params={{ id }}>
            {index === 0 ? t('reorg.request') : t('reorg.request.more', { n: index })}
          </Link>
        ))}
      </div>
      <Waiting one={one} />
      {one.effects === undefined ? null : <Effects effects={one.effects} done={one.state === 'effective'} />}
      <Dialog title={title} open={asking !== undefined} onClose={() => setAsking(undefined)}>
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        {asking === 'schedule' ? (
          <>
            <p>{one.effects === undefined ? '' : t('reorg.counts', one.effects.counts)}</p>
            <p className="hint">{t('reorg.schedule.text')}</p>
          </>
        ) : (
          <p>{t('change.undo.text')}</p>
        )}
        <div className="actions">
          <Button
            kind={asking === 'cancel' ? 'danger' : 'primary'}
            busy={act.isPending}
            onClick={() => asking !== undefined && act.mutate(asking)}
          >
            {title}
          </Button>
          <Button onClick={() => setAsking(undefined)}>{t('back')}</Button>
        </div>
      </Dialog>
    </div>
  );
}
