import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { enrolmentRoutes } from '@antin/protocol/authority/enrolment';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call, type AnswerOf } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { Copy } from '../shell/Copy.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { commandsFor } from './commands.ts';
import { candidatesQuery } from './queries.ts';

type Opened = AnswerOf<typeof enrolmentRoutes.open>;

/** Opens an account for an approved device; its secret stands on the screen once, with what to type at the machine. */
export function OpenAccount({ onClose }: { readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const { today } = useSession();
  const client = useQueryClient();
  const candidates = useQuery(candidatesQuery);
  const [itemId, setItemId] = useState('');
  const [until, setUntil] = useState('');
  const [tried, setTried] = useState(0);
  const open = useMutation({
    mutationFn: () => call(enrolmentRoutes.open, { body: { itemId, until } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['machines'] }),
  });
  if (open.data !== undefined) return <Secret opened={open.data} onClose={onClose} />;
  const problem = open.error === null ? undefined : problemText(open.error, lang, { until: 'machine-until' });
  const lines = [
    ...(itemId === '' ? [{ text: t('machines.choose.error'), field: 'machine-item' }] : []),
    ...(until === '' ? [{ text: t('machines.until.error'), field: 'machine-until' }] : []),
  ];
  const error = (field: string) => (tried > 0 ? lines.find((line) => line.field === field)?.text : undefined);
  return (
    <form
      className="boxed-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(tried + 1);
        if (lines.length === 0) open.mutate();
      }}
    >
      <h2>{t('machines.open.title')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried === 0 || lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
      {candidates.data === undefined ? (
        <Pending query={candidates} lines={2} />
      ) : candidates.data.items.length === 0 ? (
        <p className="note amber">{t('machines.choose.none')}</p>
      ) : (
        <div className="field-grid">
          <Field id="machine-item" label={t('machines.choose')} error={error('machine-item')}>
            {(attributes) => (
              <select {...attributes} value={itemId} onChange={(event) => setItemId(event.target.value)}>
                <option value=""></option>
                {candidates.data.items.map((one) => (
                  <option key={one.itemId} value={one.itemId} disabled={!one.mayOpen}>
                    {one.mayOpen ? `${one.subject} – ${one.agencyName}` : t('machines.choose.own', { name: one.subject })}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field id="machine-until" label={t('machines.until')} hint={t('machines.until.hint')} error={error('machine-until')}>
            {(attributes) => (
              <DayInput attributes={attributes} value={until} onChange={setUntil} min={today} calendarLabel={t('calendar')} />
            )}
          </Field>
        </div>
      )}
      <div className="actions">
        {candidates.data?.items.length === 0 ? null : (
          <Button type="submit" kind="primary" busy={open.isPending}>
            {t('machines.open')}
          </Button>
        )}
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

function Secret({ opened, onClose }: { readonly opened: Opened; readonly onClose: () => void }) {
  const { t } = useSpeech();
  const { account, secret } = opened;
  return (
    <section className="boxed-form" role="status">
      <h2>{t('machines.opened', { name: account.subject })}</h2>
      <p className="note amber">{t('machines.once')}</p>
      <dl className="facts copyable">
        <div>
          <dt>{t('machines.account')}</dt>
          <dd className="mono">
            <span data-account="">{account.kid}</span> <Copy text={account.kid} what={t('machines.account')} />
          </dd>
        </div>
        <div>
          <dt>{t('machines.secret')}</dt>
          <dd className="mono">
            <span data-secret="">{secret}</span> <Copy text={secret} what={t('machines.secret')} />
          </dd>
        </div>
      </dl>
      {commandsFor(opened).map(([tool, text]) => (
        <div key={tool} className="command">
          <h3>{t(`machines.how.${tool}`)}</h3>
          <pre className="code-box" tabIndex={0}>
            {text}
          </pre>
          <div>
            <Copy text={text} what={t(`machines.how.${tool}`)} />
          </div>
        </div>
      ))}
      <p className="hint">{t('machines.how.note')}</p>
      <div className="actions">
        <Button kind="primary" onClick={onClose}>
          {t('machines.kept')}
        </Button>
      </div>
    </section>
  );
}
