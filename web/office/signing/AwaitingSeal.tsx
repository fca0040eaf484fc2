import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DocumentView } from '@antin/protocol/office/documents';
import { signingRoutes, type Credential } from '@antin/protocol/office/signing';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { credentialsQuery } from '../data/signing-queries.ts';
import { actOf } from '../shell/acts.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { bestCredential, CredentialChoice } from './CredentialChoice.tsx';

export interface AwaitingSealProps {
  readonly view: DocumentView;
  /** Below the job that ended, whose page has its own title. */
  readonly below?: boolean;
  readonly onJob: (id: string) => void;
  /** The number is free or voided: what to say about it. */
  readonly onChanged: (said: string) => void;
}

/** A reserved number: seal again (usual), or give it back or void it, with what each means. */
export function AwaitingSeal({ view, below, onJob, onChanged }: AwaitingSealProps) {
  const { t, lang } = useSpeech();
  const credentials = useQuery(credentialsQuery('organisation'));
  const [credentialId, setCredentialId] = useState<Credential['id'] | undefined>(undefined);
  const [mode, setMode] = useState<'release' | 'void'>('release');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const list = credentials.data?.credentials ?? [];
  const chosen = list.find((credential) => credential.id === credentialId) ?? bestCredential(list);
  const number = view.numberAndNotation ?? String(view.reservation?.number ?? '');
  const retry = useMutation({
    mutationFn: () => {
      if (chosen === undefined) throw new Error('nothing chosen');
      return call(signingRoutes.retry, { params: { id: view.id }, body: { credentialId: chosen.id } });
    },
    onSuccess: (job) => onJob(job.id),
  });
  const cancel = useMutation({
    mutationFn: () => call(signingRoutes.cancel, { params: { id: view.id }, body: { mode, reason: reason.trim() } }),
    onSuccess: () => onChanged(t(`seal.done.${mode}`, { number })),
  });
  const again = actOf(view.acts, 'retry-seal', lang);
  const give = actOf(view.acts, 'cancel-seal', lang);
  const failed = retry.error ?? cancel.error;
  const problem = failed === null ? undefined : problemText(failed, lang, { reason: 'seal-reason' });
  const short = reason.trim().length < 3;
  return (
    <section className="awaiting-seal">
      {below !== true ? <h1>{t('seal.title', { number })}</h1> : <h2>{t('seal.title', { number })}</h2>}
      <p>{t('seal.text')}</p>
      {view.reservation === undefined ? null : (
        <p className="hint">
          {t('seal.reserved')} <time dateTime={view.reservation.reservedAt}>{instantText(view.reservation.reservedAt)}</time>
        </p>
      )}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {!again.others ? (
        <>
          <CredentialChoice legend={t('issue.credential')} credentials={list} chosen={chosen?.id} onChoose={setCredentialId} />
          <div>
            <Button
              kind="primary"
              icon="seal"
              why={again.why}
              busy={retry.isPending || chosen === undefined}
              onClick={() => retry.mutate()}
            >
              {t('seal.retry', { number })}
            </Button>
          </div>
        </>
      ) : null}
      {!give.others ? (
        <details className="more">
          <summary>{t('act.cancel-seal')}</summary>
          <fieldset className="choices">
            <legend className="visually-hidden">{t('seal.mode')}</legend>
            {(['release', 'void'] as const).map((name) => (
              <label key={name} className="choice">
                <input type="radio" name="mode" checked={mode === name} onChange={() => setMode(name)} />
                <strong>{t(`seal.${name}`)}</strong>
                <span className="hint">{t(`seal.${name}.text`)}</span>
              </label>
            ))}
          </fieldset>
          <Field id="seal-reason" label={t('seal.reason')} error={tried && short ? t('sign.return.error') : undefined}>
            {(attributes) => (
              <textarea
                {...attributes}
                rows={2}
                maxLength={1000}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <Button
            kind="danger"
            why={give.why}
            busy={cancel.isPending}
            onClick={() => {
              setTried(true);
              if (!short) cancel.mutate();
            }}
          >
            {t(`seal.cancel.do.${mode}`, { number })}
          </Button>
        </details>
      ) : null}
    </section>
  );
}
