import type { ReactNode } from 'react';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { useSpeech } from '../../staff/language.tsx';

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
  return (
    <Field
      {...(id === undefined ? {} : { id })}
      label={label}
      {...(optional === true ? { optional: t('optional') } : {})}
      {...(hint === undefined ? {} : { hint })}
      error={error}
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
