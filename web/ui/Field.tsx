import { useId, type ReactNode } from 'react';

export interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly optional?: string;
  readonly id?: string;
  readonly children: (attributes: {
    id: string;
    className: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
}

/** Label, hint and error around one control, tied together for assistive technology. */
export function Field({ label, hint, error, optional, id, children }: FieldProps) {
  const own = useId();
  const control = id ?? own;
  const described = [hint === undefined ? '' : `${control}-hint`, error === undefined ? '' : `${control}-error`].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={control}>
        {label}
        {optional === undefined ? null : <span className="optional"> ({optional})</span>}
      </label>
      {hint === undefined ? null : (
        <span id={`${control}-hint`} className="hint">
          {hint}
        </span>
      )}
      {error === undefined ? null : (
        <span id={`${control}-error`} className="field-error">
          {error}
        </span>
      )}
      {children({
        id: control,
        className: 'input',
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': error === undefined ? undefined : true,
      })}
    </div>
  );
}
