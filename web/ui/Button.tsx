import { useId, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly icon?: IconName;
  /** Why it cannot be pressed now. It stays focusable, so that the reason can be read. */
  readonly why?: string | undefined;
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A button whose words say what happens. */
export function Button({
  kind = 'plain',
  small,
  wide,
  icon,
  why,
  busy,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const id = useId();
  const off = why !== undefined || busy === true;
  const names = ['button', kind === 'plain' ? '' : kind, small ? 'small' : '', wide ? 'wide' : ''].filter(Boolean).join(' ');
  const button = (
    <button
      {...rest}
      type={type}
      className={names}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={why === undefined ? rest['aria-describedby'] : id}
      onClick={(event) => {
        if (off) return event.preventDefault();
        onClick?.(event);
      }}
    >
      {icon === undefined ? null : <Icon name={icon} size={18} />}
      <span>{children}</span>
    </button>
  );
  if (why === undefined) return button;
  return (
    <span className={wide ? 'button-with-why wide' : 'button-with-why'}>
      {button}
      <span id={id} className="why">
        {why}
      </span>
    </span>
  );
}
