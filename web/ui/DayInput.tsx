import { useEffect, useRef, useState } from 'react';
import { parseDay } from './day.ts';
import { Icon } from './Icon.tsx';

export interface DayInputProps {
  readonly attributes: {
    readonly id: string;
    readonly className: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': boolean | undefined;
  };
  /** `yyyy-MM-dd`, or empty. */
  readonly value: string;
  readonly onChange: (day: string) => void;
  readonly min?: string;
  readonly max?: string;
  readonly calendarLabel: string;
}

const written = (iso: string): string => (iso === '' ? '' : iso.split('-').reverse().join('/'));

/**
 * A day as it is written here, dd/MM/yyyy, whatever the language of the browser: the native field of an English browser
 * would show 11/12 for the eleventh of December. The native calendar stays one button away.
 */
export function DayInput({ attributes, value, onChange, min, max, calendarLabel }: DayInputProps) {
  const [text, setText] = useState(written(value));
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (parseDay(text) !== value) setText(written(value));
  }, [value]);
  const take = (given: string): void => {
    setText(given);
    const day = parseDay(given);
    if (given.trim() === '') onChange('');
    else if (day !== undefined && (min === undefined || day >= min) && (max === undefined || day <= max)) onChange(day);
  };
  const wrong = text.trim() !== '' && parseDay(text) !== value;
  return (
    <span className="day-input">
      <input
        {...attributes}
        aria-invalid={wrong || attributes['aria-invalid']}
        className="input num"
        inputMode="numeric"
        placeholder="dd/mm/yyyy"
        autoComplete="off"
        value={text}
        onChange={(event) => take(event.target.value)}
        onBlur={() => setText(written(value))}
      />
      <button type="button" aria-label={calendarLabel} onClick={() => picker.current?.showPicker?.()}>
        <Icon name="calendar" size={18} />
      </button>
      <input
        ref={picker}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        className="day-picker"
        value={value}
        min={min}
        max={max}
        onChange={(event) => {
          onChange(event.target.value);
          setText(written(event.target.value));
        }}
      />
    </span>
  );
}
