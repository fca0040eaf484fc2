import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { statementRoutes } from '@antin/protocol/authority/statements';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { Failure } from '../../staff/Failure.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { FAILED, orderQuery, type Order } from './queries.ts';

const reached: Readonly<Record<Order['state'], number>> = {
  waiting: 1,
  fetched: 2,
  'value-received': 3,
  done: 4,
  refused: 2,
  failed: 3,
  expired: 1,
  'cancel-requested': 2,
  cancelled: 2,
};

export interface OrderProgressProps {
  readonly id: string;
  readonly statements: number;
  readonly onSigned: (signed: NonNullable<Order['signed']>) => void;
  readonly onAgain: () => void;
}

/** Follows a consent at the officer's device: the comparison code large, what to do there, how far it is. */
export function OrderProgress({ id, statements, onSigned, onAgain }: OrderProgressProps) {
  const { t, code } = useSpeech();
  const { practiceAgentUrl } = useSession();
  const client = useQueryClient();
  const order = useQuery(orderQuery(id));
  const told = useRef(false);
  const signed = order.data?.signed;
  useEffect(() => {
    if (signed === undefined || told.current) return;
    told.current = true;
    onSigned(signed);
  }, [signed]);
  const cancel = useMutation({
    mutationFn: () => call(statementRoutes.cancel, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: orderQuery(id).queryKey }),
  });
  if (order.data === undefined)
    return order.error === null ? null : <Failure error={order.error} onRetry={() => void order.refetch()} />;
  const { state, comparisonCode, deviceName, expiresAt, reason } = order.data;
  const at = reached[state];
  const bad = FAILED.has(state);
  const asking = state === 'waiting' || state === 'fetched';
  return (
    <section className={bad ? 'job ended' : 'job'} aria-labelledby="job-title">
      <h2 id="job-title">{t(bad ? 'job.ended.approve' : 'job.title.approve')}</h2>
      {asking ? (
        <div className="job-code">
          <span>{t('job.code')}</span>
          <strong className="num" aria-label={[...comparisonCode].join(' ')}>
            {comparisonCode}
          </strong>
          <p>{t('job.code.text')}</p>
        </div>
      ) : null}
      {state === 'cancelled' ? null : (
        <ol className="job-steps">
          {([1, 2, 3] as const).map((step) => (
            <li
              key={step}
              className={step < at ? 'past' : step === at ? (bad ? 'broken' : 'now') : ''}
              aria-current={step === at ? 'step' : undefined}
            >
              <span className="dot" aria-hidden="true">
                {step < at ? <Icon name="check" size={14} /> : step === at && bad ? <Icon name="close" size={14} /> : null}
              </span>
              {t(`order.step.${step}`)}
            </li>
          ))}
        </ol>
      )}
      <p role="status" className={bad && state !== 'cancelled' ? 'job-state bad' : 'job-state'}>
        {state === 'cancelled' ? t('order.cancelled') : t(`job.${state}`, { device: deviceName })}
        {reason === undefined || state === 'cancelled'
          ? ''
          : `. ${code('reason', reason.replace(/^device\./, ''), t('reason.unknown', { code: reason }))}`}
      </p>
      {bad ? (
        <div className="actions">
          <Button kind="primary" onClick={onAgain}>
            {t('job.again')}
          </Button>
        </div>
      ) : (
        <>
          {practiceAgentUrl !== undefined && asking ? (
            <div className="job-agent">
              <a className="button primary" href={practiceAgentUrl} target="antin-agent" rel="noreferrer">
                <Icon name="key" size={18} /> {t('job.open-agent')}
              </a>
            </div>
          ) : null}
          <p className="hint">
            {statements > 1 ? `${t('order.statements', { n: statements })}. ` : ''}
            {asking ? `${t('job.expires', { time: instantText(expiresAt).slice(11) })}. ` : ''}
            {t('order.stay')}
          </p>
          {asking ? (
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
