import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Form } from '@antin/protocol/office/certificates';
import { needsRoutes } from '@antin/protocol/office/needs';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

/** A round for my agency and everything under it. */
export function OpenRound({ onClose }: { readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const navigate = useNavigate();
  const today = dayOf(Date.now());
  const nextYear = Number(today.slice(0, 4)) + (today.slice(5) > '06-30' ? 1 : 0);
  const [name, setName] = useState('');
  const [deadline, setDeadline] = useState('');
  const [forms, setForms] = useState<readonly Form[]>(Form.options);
  const [guidance, setGuidance] = useState('');
  const [tried, setTried] = useState(0);
  const missing = [
    ...(name.trim().length < 3 ? [{ text: t('needs.name.error'), field: 'round-name' }] : []),
    ...(deadline < today ? [{ text: t('needs.deadline.error'), field: 'round-deadline' }] : []),
    ...(forms.length === 0 ? [{ text: t('needs.forms.error'), field: 'round-form-01' }] : []),
  ];
  const error = (field: string): string | undefined =>
    tried === 0 ? undefined : missing.find((line) => line.field === field)?.text;
  const open = useMutation({
    mutationFn: () =>
      call(needsRoutes.open, {
        body: { name: name.trim(), year: nextYear, deadline, forms: [...forms], guidance: guidance.trim() },
      }),
    onSuccess: (round) => {
      void client.invalidateQueries({ queryKey: ['needs'] });
      void navigate({ to: '/nhu-cau/$id', params: { id: round.id } });
    },
  });
  const problem =
    open.error === null ? undefined : problemText(open.error, lang, { name: 'round-name', deadline: 'round-deadline' });
  return (
    <form
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried((old) => old + 1);
        if (missing.length === 0) open.mutate();
      }}
    >
      <h2>{t('needs.open')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      <div className="field-row">
        <Field id="round-name" label={t('needs.name')} error={error('round-name')}>
          {(attributes) => (
            <input {...attributes} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field id="round-deadline" label={t('needs.deadline')} error={error('round-deadline')}>
          {(attributes) => (
            <DayInput attributes={attributes} value={deadline} onChange={setDeadline} min={today} calendarLabel={t('calendar')} />
          )}
        </Field>
      </div>
      <fieldset className="choices-line">
        <legend className="legend">{t('needs.forms')}</legend>
        {Form.options.map((form) => (
          <label key={form} className="check">
            <input
              id={`round-form-${form}`}
              type="checkbox"
              checked={forms.includes(form)}
              onChange={(event) => setForms(event.target.checked ? [...forms, form].sort() : forms.filter((one) => one !== form))}
            />
            {t(`form.full.${form}`)}
          </label>
        ))}
      </fieldset>
      <Field label={t('needs.guidance')} optional={t('optional')}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={3}
            maxLength={4000}
            value={guidance}
            onChange={(event) => setGuidance(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button type="submit" kind="primary" busy={open.isPending}>
          {t('needs.open')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
