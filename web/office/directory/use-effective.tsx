import { useState, type ReactNode } from 'react';
import type { Grounds } from '@antin/protocol/office/directory-upkeep';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import type { z } from 'zod';

export interface Effective {
  readonly from: string;
  readonly grounds: z.input<typeof Grounds> | undefined;
  readonly fields: ReactNode;
}

/** From when a change counts, and the decision it rests on. */
export function useEffective(label?: string): Effective {
  const { t } = useSpeech();
  const today = dayOf(Date.now());
  const [from, setFrom] = useState(today);
  const [number, setNumber] = useState('');
  const [date, setDate] = useState('');
  return {
    from,
    grounds: number.trim() === '' || date === '' ? undefined : { number: number.trim(), date },
    fields: (
      <div className="field-row three">
        <Field id="effective" label={label ?? t('change.effective')} hint={t('change.effective.hint')}>
          {(attributes) => (
            <DayInput attributes={attributes} value={from} onChange={setFrom} min={today} calendarLabel={t('calendar')} />
          )}
        </Field>
        <Field id="grounds-number" label={t('change.grounds-number')} optional={t('optional')} hint={<>&nbsp;</>}>
          {(attributes) => (
            <input {...attributes} maxLength={60} value={number} onChange={(event) => setNumber(event.target.value)} />
          )}
        </Field>
        <Field id="grounds-date" label={t('change.grounds-date')} hint={<>&nbsp;</>}>
          {(attributes) => (
            <DayInput attributes={attributes} value={date} onChange={setDate} max={today} calendarLabel={t('calendar')} />
          )}
        </Field>
      </div>
    ),
  };
}
