import type { ReactNode } from 'react';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { parseDay } from '../../ui/day.ts';
import { dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';

type Say = ReturnType<typeof useSpeech>['t'];

export interface DayFieldProps {
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
  readonly min?: string;
  readonly max?: string;
  readonly optional?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

/** A day with its label: written dd/MM/yyyy, or taken from the calendar. */
export function DayField({ id, label, value, onChange, min, max, optional, hint, error }: DayFieldProps) {
  const { t } = useSpeech();
  const said = error ?? wrongDay(t, value, min, max);
  return (
    <Field
      {...(id === undefined ? {} : { id })}
      label={label}
      {...(optional === true ? { optional: t('optional') } : {})}
      {...(hint === undefined ? {} : { hint })}
      error={said}
    >
      {(attributes) => (
        <DayInput
          attributes={attributes}
          value={value}
          onChange={onChange}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
          calendarLabel={t('calendar')}
        />
      )}
    </Field>
  );
}

/** What is wrong with a day that was left as no day or outside its limits; undefined for a day and for nothing. */
export function wrongDay(t: Say, value: string, min?: string, max?: string): string | undefined {
  if (value === '' || /^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  if (parseDay(value) === undefined) return t('day.none');
  if (min !== undefined && max !== undefined) return t('day.between', { from: dayText(min), to: dayText(max) });
  return min === undefined ? t('day.until', { day: dayText(max ?? '') }) : t('day.from', { day: dayText(min) });
}
