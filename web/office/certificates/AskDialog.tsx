import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  certificateRoutes,
  type AskAct,
  type CertificateActKind,
  type CertificateView,
} from '@antin/protocol/office/certificates';
import { RevocationCause } from '@antin/protocol/certificates/request';
import { Subject } from '@antin/protocol/certificates/subject';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { certificateQuery } from '../data/certificate-queries.ts';

export interface AskDialogProps {
  readonly view: CertificateView;
  readonly act: CertificateActKind;
  readonly onClose: () => void;
}

const EDITABLE = {
  '01': ['fullName', 'title', 'unit', 'mail', 'phone'],
  '02': ['name', 'address', 'foundedBy'],
  '03': ['name', 'owner'],
} as const;

const NUMBER = ['citizenNumber'] as const;
type FieldName = (typeof EDITABLE)[keyof typeof EDITABLE][number] | (typeof NUMBER)[number];

/** Prepares one ask of the issuer; nothing is sent before a request is made of it. */
export function AskDialog({ view, act, onClose }: AskDialogProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [cause, setCause] = useState('');
  const [since, setSince] = useState('');
  const [reason, setReason] = useState('');
  const [changed, setChanged] = useState<Readonly<Record<string, string>>>({});
  const [tried, setTried] = useState(0);
  const needsReason = act === 'change' || act === 'recover-device';
  // One that was taken in brings no subject: what the directory knows begins it, and what it does not know is asked here.
  const before: Readonly<Record<string, unknown>> = view.subject ?? { form: view.form, ...view.suggested };
  const asksNumber = view.subject === undefined && view.suggested?.['citizenNumber'] === undefined;
  const fields: readonly FieldName[] = [...EDITABLE[view.form], ...(view.form === '01' && asksNumber ? NUMBER : [])];
  const filled = Object.entries(changed).filter(([, value]) => value.trim() !== '');
  const kept = Object.entries(before).filter(([name]) => changed[name] === undefined);
  const subject = Subject.safeParse(Object.fromEntries([...kept, ...filled]));
  const wrong =
    act !== 'change' || subject.success
      ? []
      : fields.filter((name) => subject.error.issues.some((issue) => issue.path[0] === name));
  const missing = [
    ...(act === 'revoke' && cause === '' ? [{ text: t('cert.cause.error'), field: 'cause' }] : []),
    ...wrong.map((name) => ({ text: t('ask.subject.error', { field: t(`subject.${name}`) }), field: `subject-${name}` })),
    ...(needsReason && reason.trim().length < 3 ? [{ text: t('cert.reason.error'), field: 'reason' }] : []),
  ];
  const ask = useMutation({
    mutationFn: () => call(certificateRoutes.ask, { params: { id: view.id }, body: { version: view.version, ask: askOf() } }),
    onSuccess: (answer) => {
      client.setQueryData(certificateQuery(view.id).queryKey, answer);
      for (const key of ['certificates', 'certificate-tasks', 'session']) void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const askOf = (): AskAct => {
    if (act === 'renew') return { act };
    if (act === 'recover-device') return { act, reason: reason.trim() };
    if (act === 'change') return { act, reason: reason.trim(), subject: subject.data! };
    return {
      act,
      cause: RevocationCause.parse(cause),
      ...(since === '' ? {} : { since }),
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    };
  };
  const problem = ask.error === null ? undefined : problemText(ask.error, lang);
  return (
    <Dialog title={`${t(`cert.do.${act}`)}: ${view.name}`} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      {act === 'revoke' ? (
        <>
          <Field id="cause" label={t('cert.cause')} error={tried > 0 && cause === '' ? t('cert.cause.error') : undefined}>
            {(attributes) => (
              <select {...attributes} value={cause} onChange={(event) => setCause(event.target.value)}>
                <option value="" />
                {RevocationCause.options.map((one) => (
                  <option key={one} value={one}>
                    {t(`cause.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t('cert.since')} optional={t('optional')}>
            {(attributes) => (
              <DayInput
                attributes={attributes}
                value={since}
                onChange={setSince}
                max={dayOf(Date.now())}
                calendarLabel={t('calendar')}
              />
            )}
          </Field>
        </>
      ) : null}
      {act === 'change'
        ? fields.map((name) => (
            <Field
              key={name}
              id={`subject-${name}`}
              label={t(`subject.${name}`)}
              error={tried > 0 && wrong.includes(name) ? t('ask.subject.error', { field: t(`subject.${name}`) }) : undefined}
            >
              {(attributes) => (
                <input
                  {...attributes}
                  value={changed[name] ?? String(before[name] ?? '')}
                  onChange={(event) => setChanged({ ...changed, [name]: event.target.value })}
                />
              )}
            </Field>
          ))
        : null}
      {act === 'renew' ? null : (
        <Field
          id="reason"
          label={t('cert.reason')}
          {...(needsReason ? {} : { optional: t('optional') })}
          error={tried > 0 && needsReason && reason.trim().length < 3 ? t('cert.reason.error') : undefined}
        >
          {(attributes) => (
            <textarea
              {...attributes}
              rows={3}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      )}
      <p className="hint">{t('ask.next')}</p>
      <div className="actions">
        <Button
          kind={act === 'revoke' ? 'danger' : 'primary'}
          busy={ask.isPending}
          onClick={() => {
            setTried((old) => old + 1);
            if (missing.length === 0) ask.mutate();
          }}
        >
          {t(`cert.do.${act}`)}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </Dialog>
  );
}
