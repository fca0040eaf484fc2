import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { needsRoutes, type NeedsRound } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { connectorsQuery } from '../data/issuer-queries.ts';
import { roundQuery } from '../data/needs-queries.ts';

type Asking = 'closed' | 'cancelled' | 'deadline' | 'request';

/** What the owner of a round does with it. */
export function RoundActs({ round }: { readonly round: NeedsRound }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const connectors = useQuery(connectorsQuery);
  const [asking, setAsking] = useState<Asking>();
  const [deadline, setDeadline] = useState(round.deadline);
  const [number, setNumber] = useState('');
  const [connector, setConnector] = useState('');
  const change = useMutation({
    mutationFn: (to: { state?: 'open' | 'closed' | 'cancelled'; deadline?: string }) =>
      call(needsRoutes.changeRound, { params: { id: round.id }, body: { version: round.version, ...to } }),
    onSuccess: (changed) => {
      client.setQueryData(roundQuery(round.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ['needs'] });
      setAsking(undefined);
    },
  });
  const request = useMutation({
    mutationFn: () =>
      call(needsRoutes.request, {
        params: { id: round.id },
        body: {
          version: round.version,
          ...(number.trim() === '' ? {} : { number: number.trim() }),
          ...(connector === '' ? {} : { connector }),
        },
      }),
    onSuccess: (answer) => {
      for (const key of ['needs', 'needs-round', 'issuer-requests', 'certificates', 'session'])
        void client.invalidateQueries({ queryKey: [key] });
      const [first] = answer.requests;
      if (first !== undefined && answer.requests.length === 1) void navigate({ to: '/ho-so-cap/$id', params: { id: first.id } });
      else void navigate({ to: '/ho-so-cap' });
    },
  });
  const failed = change.error ?? request.error;
  const problem = failed === null ? undefined : problemText(failed, lang, { number: 'req-number' });
  const busy = change.isPending || request.isPending;
  if (round.state === 'cancelled') return null;
  const doIt = (): void => {
    if (asking === 'request') request.mutate();
    else if (asking === 'deadline') change.mutate({ deadline });
    else if (asking !== undefined) change.mutate({ state: asking });
  };
  const title =
    asking === 'request'
      ? t('round.request')
      : asking === 'deadline'
        ? t('round.deadline')
        : asking === 'cancelled'
          ? t('round.cancel')
          : t('round.close');
  return (
    <section className="side-form boxed">
      <h2>{t('cert.what-now')}</h2>
      {asking === undefined && problem !== undefined ? (
        <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />
      ) : null}
      {round.state === 'open' ? (
        <>
          <Button wide kind="primary" onClick={() => setAsking('closed')}>
            {t('round.close')}
          </Button>
          <Button wide onClick={() => setAsking('deadline')}>
            {t('round.deadline')}
          </Button>
        </>
      ) : null}
      {round.state === 'closed' ? (
        <>
          <Button wide kind="primary" onClick={() => setAsking('request')}>
            {t('round.request')}
          </Button>
          <Button wide busy={busy} onClick={() => change.mutate({ state: 'open' })}>
            {t('round.reopen')}
          </Button>
        </>
      ) : null}
      {round.state === 'requested' ? (
        <Link className="button wide primary" to="/ho-so-cap">
          {t('round.requests.see')}
        </Link>
      ) : (
        <Button wide kind="quiet" onClick={() => setAsking('cancelled')}>
          {t('round.cancel')}
        </Button>
      )}
      <Dialog title={title} open={asking !== undefined} onClose={() => setAsking(undefined)}>
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        {asking === 'closed' ? <p>{t('round.close.text')}</p> : null}
        {asking === 'cancelled' ? <p>{t('round.cancel.text')}</p> : null}
        {asking === 'deadline' ? (
          <Field label={t('needs.deadline')}>
            {(attributes) => (
              <DayInput
                attributes={attributes}
                value={deadline}
                onChange={setDeadline}
                min={dayOf(Date.now())}
                calendarLabel={t('calendar')}
              />
            )}
          </Field>
        ) : null}
        {asking === 'request' ? (
          <>
            <p>{t('round.request.text')}</p>
            <Field id="req-number" label={t('req.number')} optional={t('optional')}>
              {(attributes) => (
                <input {...attributes} maxLength={60} value={number} onChange={(event) => setNumber(event.target.value)} />
              )}
            </Field>
            {(connectors.data?.connectors.length ?? 0) > 1 ? (
              <Field label={t('req.connector')}>
                {(attributes) => (
                  <select {...attributes} value={connector} onChange={(event) => setConnector(event.target.value)}>
                    {connectors.data?.connectors.map((one) => (
                      <option key={one.id} value={one.id}>
                        {one.name}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            ) : null}
          </>
        ) : null}
        <div className="actions">
          <Button kind={asking === 'cancelled' ? 'danger' : 'primary'} busy={busy} onClick={doIt}>
            {title}
          </Button>
          <Button onClick={() => setAsking(undefined)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </section>
  );
}
