import { useState } from 'react';
import type { operationRoutes } from '@antin/protocol/authority/operation';
import { Button } from '../../ui/Button.tsx';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import type { AnswerOf } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { usePropose } from '../officers/use-propose.ts';
import { useSpeech } from '../speech.ts';

export type Limit = AnswerOf<typeof operationRoutes.calendar>['limits'][number];

export interface LimitFormProps {
  readonly limits: readonly Limit[];
  readonly today: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** A limit from a day on, with the law that says so; a second officer of operation confirms it. */
export function LimitForm({ limits, today, onDone, onClose }: LimitFormProps) {
  const { t, code, lang } = useSpeech();
  const names = [...new Set(limits.map((one) => one.name))];
  const [name, setName] = useState(names[0] ?? '');
  const [value, setValue] = useState('');
  const [from, setFrom] = useState('');
  const [source, setSource] = useState('');
  const [tried, setTried] = useState(0);
  const propose = usePropose(onDone);
  const fields = { value: 'limit-value', from: 'limit-from', source: 'limit-source' };
  const problem = propose.error === null ? undefined : problemText(propose.error, lang, fields);
  const lines = [
    ...(/^\d{1,5}$/.test(value.trim()) ? [] : [{ text: t('limits.value.error'), field: 'limit-value' }]),
    ...(from > today ? [] : [{ text: t('limits.from.error'), field: 'limit-from' }]),
    ...(source.trim().length < 3 ? [{ text: t('limits.source.error'), field: 'limit-source' }] : []),
  ];
  const error = (field: string) => (tried > 0 ? lines.find((line) => line.field === field)?.text : undefined);
  const holds = limits.find((one) => one.name === name && one.from <= today);
  const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return (
    <form
      className="boxed-form no-print"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(tried + 1);
        if (lines.length === 0) propose.mutate({ kind: 'limit', name, from, value: Number(value.trim()), source: source.trim() });
      }}
    >
      <h3>{t('limits.propose')}</h3>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried === 0 || lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
      <div className="field-grid">
        <Field id="limit-name" label={t('calendar.limit')}>
          {(attributes) => (
            <select {...attributes} value={name} onChange={(event) => setName(event.target.value)}>
              {names.map((one) => (
                <option key={one} value={one}>
                  {code('limit', one, one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          id="limit-value"
          label={t('limits.value')}
          hint={holds === undefined ? '' : t('limits.holds', { value: holds.value.toLocaleString(lang) })}
          error={error('limit-value')}
        >
          {(attributes) => (
            <input
              {...attributes}
              inputMode="numeric"
              maxLength={5}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <Field id="limit-from" label={t('calendar.limit.from')} hint={t('limits.from.hint')} error={error('limit-from')}>
          {(attributes) => (
            <DayInput attributes={attributes} value={from} onChange={setFrom} min={tomorrow} calendarLabel={t('calendar')} />
          )}
        </Field>
        <Field id="limit-source" label={t('limits.source')} hint={t('limits.source.hint')} error={error('limit-source')}>
          {(attributes) => (
            <input {...attributes} maxLength={300} value={source} onChange={(event) => setSource(event.target.value)} />
          )}
        </Field>
      </div>
      <p className="hint">{t('change.second')}</p>
      <div className="actions">
        <Button type="submit" kind="primary" busy={propose.isPending}>
          {t('change.do')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
