import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { signingRoutes, type SigningJob } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { jobQuery } from '../data/signing-queries.ts';
import { useSession } from '../data/session-query.ts';
import { Failure } from '../../staff/Failure.tsx';

export interface JobProgressProps {
  readonly id: string;
  readonly onDone: () => void;
  /** The job has ended without a signature. */
  readonly onEnded?: () => void;
  /** What can be done after a job that did not end well. */
  readonly afterwards: (job: SigningJob) => ReactNode;
}

const reached: Readonly<Record<SigningJob['state'], number>> = {
  waiting: 1,
  fetched: 2,
  'value-received': 3,
  done: 5,
  refused: 2,
  failed: 3,
  expired: 1,
  'cancel-requested': 2,
  cancelled: 2,
};

const ended = new Set<SigningJob['state']>(['refused', 'failed', 'expired', 'cancelled']);

/** Follows a job: the comparison code large, what to do at the device, and how far it is. */
export function JobProgress({ id, onDone, onEnded, afterwards }: JobProgressProps) {
  const { t, code } = useSpeech();
  const session = useSession();
  const client = useQueryClient();
  const job = useQuery(jobQuery(id));
  const told = useRef(false);
  const state = job.data?.state;
  useEffect(() => {
    if (state === undefined || told.current || !(state === 'done' || ended.has(state))) return;
    told.current = true;
    if (state === 'done') onDone();
    else onEnded?.();
  }, [state]);
  const cancel = useMutation({
    mutationFn: () => call(signingRoutes.cancelJob, { params: { id } }),
    onSuccess: (changed) => client.setQueryData(jobQuery(id).queryKey, changed),
  });
  if (job.data === undefined) return job.error === null ? null : <Failure error={job.error} onRetry={() => void job.refetch()} />;
  const current = job.data;
  const at = reached[current.state];
  const bad = ended.has(current.state);
  /** The device has still to consent: only then is there a code to compare and an hour when the asking ends. */
  const asking = current.state === 'waiting' || current.state === 'fetched';
  /** The reason alone says it better than the state. */
  const patient = current.state === 'value-received' && current.reason !== undefined;
  /** Dropped by the signer: nothing went wrong. */
  const dropped = current.state === 'cancelled';
  const steps = [1, 2, 3, 4] as const;
  return (
    <section className={bad ? 'job ended' : 'job'} aria-labelledby="job-title">
      <h2 id="job-title">{t(bad ? `job.ended.${current.act}` : `job.title.${current.act}`)}</h2>
      {asking ? (
        <div className="job-code">
          <span>{t('job.code')}</span>
          <strong className="num" aria-label={[...current.comparisonCode].join(' ')}>
            {current.comparisonCode}
          </strong>
          <p>{t('job.code.text')}</p>
        </div>
      ) : null}
      {dropped ? null : (
        <ol className="job-steps">
          {steps.map((step) => (
            <li
              key={step}
              className={step < at ? 'past' : step === at ? (bad ? 'broken' : 'now') : ''}
              aria-current={step === at ? 'step' : undefined}
            >
              <span className="dot" aria-hidden="true">
                {step < at ? <Icon name="check" size={14} /> : step === at && bad ? <Icon name="close" size={14} /> : null}
              </span>
              {t(`job.step.${step}`)}
            </li>
          ))}
        </ol>
      )}
      <p role="status" className={bad && !dropped ? 'job-state bad' : 'job-state'}>
        {patient ? '' : t(`job.${current.state}`, { device: current.deviceName })}
        {current.reason === undefined || dropped
          ? ''
          : `${patient ? '' : '. '}${code('reason', current.reason.replace(/^device\./, ''), t('reason.unknown', { code: current.reason }))}`}
      </p>
      {bad ? (
        <div className="actions">{afterwards(current)}</div>
      ) : (
        <>
          {session.practiceAgentUrl !== undefined && asking ? (
            <div className="job-agent">
              <a className="button primary" href={session.practiceAgentUrl} target="antin-agent" rel="noreferrer">
                <Icon name="key" size={18} /> {t('job.open-agent')}
              </a>
              <span className="why">{t('job.open-agent.text')}</span>
            </div>
          ) : null}
          <p className="hint">
            {current.files > 1 ? `${t('job.files', { n: current.files })}. ` : ''}
            {asking ? `${t('job.expires', { time: instantText(current.expiresAt).slice(11) })}. ` : ''}
            {t('job.leave')}
          </p>
          {(current.act === 'sign' || current.act === 'request') && asking ? (
            <div>
              <Button small busy={cancel.isPending} onClick={() => cancel.mutate()}>
                {t('job.cancel')}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </section>
  );
}
