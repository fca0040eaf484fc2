import { useEffect, useRef, useState, type ReactNode } from 'react';

export interface MenuProps {
  readonly button: ReactNode;
  readonly label: string;
  readonly className?: string;
  readonly align?: 'left' | 'right';
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens a small list; Escape or a click elsewhere closes it and the focus returns. */
export function Menu({ button, label, className, align = 'left', children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    box.current?.querySelector<HTMLElement>('.menu button, .menu a')?.focus();
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <div
      ref={box}
      className="menu-holder"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          close();
        }
        if (!open || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
        event.preventDefault();
        const items = [...(box.current?.querySelectorAll<HTMLElement>('.menu button, .menu a') ?? [])];
        const at = items.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1);
        items[(at + items.length) % items.length]?.focus();
      }}
    >
      <button
        ref={opener}
        type="button"
        className={className}
        aria-haspopup="true"
        aria-expanded={open}
        aria-label={label}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open ? (
        <div className={`menu ${align}`} role="group" aria-label={label}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}
