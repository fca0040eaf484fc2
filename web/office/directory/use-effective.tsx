import { useState, type ReactNode } from 'react';
import type { Grounds } from '@antin/protocol/office/directory-upkeep';
import { Field } from '../../ui/Field.tsx';
import type { ProblemLine } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { DayField, wrongDay } from '../shell/DayField.tsx';
import type { z } from 'zod';

export interface Effective {
  readonly from: string;
  readonly grounds: z.input<typeof Grounds> | undefined;
  /** What of it is not filled in: a decision has both a number and a day, or is not named. */
  readonly missing: readonly ProblemLine[];
  readonly fields: ReactNode;
}

/** From when a change counts, and the decision it rests on. */
export function useEffective(label?: string): Effective {
  const { t } = useSpeech();
  const today = dayOf(Date.now());
  const [from, setFrom] = useState(today);
  const [number, setNumber] = useState('');
  const [date, setDate] = useState('');
  const half = (number.trim() === '') !== (date === '');
  const lacking = (field: string, text: string): ProblemLine => ({ field, text: `${text}: ${t('field.error')}` });
  // A day that is none is named here, and nothing is sent with it.
  const days = [
    ['effective', label ?? t('change.effective'), wrongDay(t, from, today)],
    ['grounds-date', t('change.grounds-date'), wrongDay(t, date, undefined, today)],
  ] as const;
  return {
    from,
    grounds: number.trim() === '' || date === '' ? undefined : { number: number.trim(), date },
    missing: [
      ...days.flatMap(([field, text, wrong]) => (wrong === undefined ? [] : [{ field, text: `${text}: ${wrong}` }])),
      ...(from === '' ? [lacking('effective', label ?? t('change.effective'))] : []),
      ...(half && number.trim() === '' ? [lacking('grounds-number', t('change.grounds-number'))] : []),
      ...(half && date === '' ? [lacking('grounds-date', t('change.grounds-date'))] : []),
    ],
    fields: (
      <div className="field-row three">
        <DayField
          id="effective"
          label={label ?? t('change.effective')}
          hint={t('change.effective.hint')}
          value={from}
          onChange={setFrom}
          min={today}
        />
        <Field id="grounds-number" label={t('change.grounds-number')} optional={t('optional')}>
          {(attributes) => (
            <input {...attributes} maxLength={60} value={number} onChange={(event) => setNumber(event.target.value)} />
          )}
        </Field>
        <DayField id="grounds-date" label={t('change.grounds-date')} value={date} onChange={setDate} max={today} optional />
      </div>
    ),
  };
}
