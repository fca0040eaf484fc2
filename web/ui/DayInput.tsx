import { useEffect, useRef, useState } from 'react';
import { dayOrText, parseDay } from './day.ts';
import { Icon } from './Icon.tsx';

export interface DayInputProps {
  readonly attributes: {
    readonly id: string;
    readonly className: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': boolean | undefined;
  };
  /** `yyyy-MM-dd`, or empty, or what was typed where that is no day in the limits: nobody takes it for another day. */
  readonly value: string;
  readonly onChange: (day: string) => void;
  readonly min?: string;
  readonly max?: string;
  readonly calendarLabel: string;
}

const ISO_DAY = /^\d{4}-\d\d-\d\d$/;
const written = (iso: string): string => (ISO_DAY.test(iso) ? iso.split('-').reverse().join('/') : iso);

/**
 * A day as it is written here, dd/MM/yyyy, whatever the language of the browser: the native field of an English browser
 * would show 11/12 for the eleventh of December. The native calendar stays one button away.
 */
export function DayInput({ attributes, value, onChange, min, max, calendarLabel }: DayInputProps) {
  const [text, setText] = useState(written(value));
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (parseDay(text) !== value && text.trim() !== value) setText(written(value));
  }, [value]);
  const take = (given: string): void => {
    setText(given);
    const held = dayOrText(given, min, max);
    if (held === '' || ISO_DAY.test(held)) onChange(held);
  };
  // Half a day is not told while it is typed; left or sent as it is, it is told.
  const settle = (): void => {
    const held = dayOrText(text, min, max);
    if (held !== value) onChange(held);
    else setText(written(value));
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
        onBlur={settle}
        onKeyDown={(event) => event.key === 'Enter' && settle()}
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
        value={ISO_DAY.test(value) ? value : ''}
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
