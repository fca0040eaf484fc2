import { useEffect, useId, useRef, type ReactNode } from 'react';

export interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The native dialog: focus stays inside, Escape closes, the page behind is inert. */
export function Dialog({ title, open, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog ref={box} className="dialog" aria-labelledby={id} onClose={onClose}>
      {open ? (
        <div className="dialog-body">
          <h2 id={id}>{title}</h2>
          {children}
        </div>
      ) : null}
    </dialog>
  );
}
