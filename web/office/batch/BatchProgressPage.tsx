import '../../i18n/words/pages.ts';
import './batch.css';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { signingRoutes, type SigningBatch } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { batchQuery, credentialsQuery } from '../data/signing-queries.ts';
import { useSession } from '../data/session-query.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { bestCredential } from '../signing/CredentialChoice.tsx';
import { BatchItems } from './BatchItems.tsx';

const UNSIGNED = new Set(['refused', 'failed', 'expired', 'cancelled', 'not-sent']);

/** Asking again would give the same answer: the document is to be read anew, or is not the signer’s any more. */
const SETTLED = new Set([
  'document.changed-meanwhile',
  'document.wrong-state',
  'document.not-found',
  'sign.not-addressed-to-you',
]);

/** A batch under way and its outcome, document by document. It can be left and opened again. */
export function BatchProgressPage() {
  const { id } = useParams({ from: '/ky-nhieu/$id' });
  const batch = useQuery(batchQuery(id));
  if (batch.data === undefined) {
    return (
      <div className="page">
        <Pending query={batch} lines={6} />
      </div>
    );
  }
  return <Progress batch={batch.data} />;
}

function Progress({ batch }: { readonly batch: SigningBatch }) {
  const { t, lang } = useSpeech();
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { items, id } = batch;
  const total = items.length;
  const signed = items.filter((item) => item.state === 'done').length;
  const unsigned = items.filter((item) => UNSIGNED.has(item.state)).length;
  const again = items.filter((item) => UNSIGNED.has(item.state) && !SETTLED.has(item.reason ?? '')).length;
  const over = signed + unsigned === total;
  const asking = items.some((item) => item.state === 'waiting' || item.state === 'fetched' || item.state === 'preparing');
  const pending = items.some((item) => item.timeStampPending === true);
  useEffect(() => {
    if (!over) return;
    for (const key of ['session', 'documents', 'to-sign', 'document']) void client.invalidateQueries({ queryKey: [key] });
  }, [over]);
  const stop = useMutation({
    mutationFn: () => call(signingRoutes.stopBatch, { params: { id } }),
    onSuccess: (changed) => client.setQueryData(batchQuery(id).queryKey, changed),
  });
  const credentials = useQuery({ ...credentialsQuery('person'), enabled: over && again > 0 });
  const credential = bestCredential(credentials.data?.credentials ?? []);
  const retry = useMutation({
    mutationFn: () => {
      if (credential === undefined) throw new Error('nothing chosen');
      return call(signingRoutes.retryBatch, { params: { id }, body: { credentialId: credential.id } });
    },
    onSuccess: (next) => {
      client.setQueryData(batchQuery(next.id).queryKey, next);
      void navigate({ to: '/ky-nhieu/$id', params: { id: next.id } });
    },
  });
  const failed = stop.error ?? retry.error;
  const problem = failed === null ? undefined : problemText(failed, lang);
  return (
    <div className="page narrow batch-progress">
      {over ? (
        <div className={signed === total ? 'receipt' : 'receipt partly'} role="status">
          <Icon name={signed === total ? 'check' : 'warn'} size={36} />
          <div>
            <h1>{outcome()}</h1>
            <p>{signed > 0 ? t('batch.done.next') : ''}</p>
          </div>
        </div>
      ) : (
        <h1>{total === 1 ? t('batch.now.one') : t('batch.now', { n: total })}</h1>
      )}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {over ? null : (
        <section className="job" aria-label={t('batch.now', { n: total })}>
          {asking && !batch.stopped ? (
            <div className="job-code">
              <span>{t('job.code')}</span>
              <strong className="num" aria-label={[...batch.comparisonCode].join(' ')}>
                {batch.comparisonCode}
              </strong>
              <p>{t('batch.code.text', { n: items.filter((item) => item.state !== 'not-sent').length })}</p>
            </div>
          ) : null}
          <div className="batch-bar">
            <progress max={total} value={signed + unsigned} aria-label={t('batch.progress', { n: signed + unsigned, total })} />
            <span className="num" role="status">
              {t('batch.progress', { n: signed + unsigned, total })}
            </span>
          </div>
          {session.practiceAgentUrl !== undefined && asking && !batch.stopped ? (
            <div className="job-agent">
              <a className="button primary" href={session.practiceAgentUrl} target="antin-agent" rel="noreferrer">
                <Icon name="key" size={18} /> {t('job.open-agent')}
              </a>
              <span className="why">{t('job.open-agent.text')}</span>
            </div>
          ) : null}
          <p className="hint">
            {asking ? `${t('job.expires', { time: instantText(batch.expiresAt).slice(11) })}. ` : ''}
            {t('job.leave')}
          </p>
          <div className="actions">
            {batch.stopped ? (
              <span className="hint">{t('batch.stopping')}</span>
            ) : (
              <>
                <Button small busy={stop.isPending} onClick={() => stop.mutate()}>
                  {t('batch.stop')}
                </Button>
                <span className="hint">{t('batch.stop.text')}</span>
              </>
            )}
          </div>
        </section>
      )}
      {pending ? <p className="note amber">{t('stamp.pending.signed')}</p> : null}
      <section className="block">
        <h2>{t('batch.results')}</h2>
        <BatchItems items={items} />
      </section>
      {over ? (
        <div className="actions">
          {again > 0 ? (
            <Button
              kind="primary"
              icon="pen"
              busy={retry.isPending || credentials.isPending}
              why={credentials.data !== undefined && credential === undefined ? t('sign.credential.none') : undefined}
              onClick={() => retry.mutate()}
            >
              {again === 1 ? t('batch.retry.one') : t('batch.retry', { n: again })}
            </Button>
          ) : null}
          {session.counts.toSign > again ? (
            <Link className={again > 0 ? 'button' : 'button primary'} to="/ky-nhieu">
              {t('batch.rest')}
            </Link>
          ) : null}
          <Link className="button quiet" to="/">
            {t('place.home')}
          </Link>
        </div>
      ) : null}
    </div>
  );

  function outcome(): string {
    if (signed === total) return total === 1 ? t('batch.done.all.one') : t('batch.done.all', { n: total });
    return signed === 0 ? t('batch.done.none') : t('batch.done.some', { n: signed, total });
  }
}
