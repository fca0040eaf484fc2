import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { ProblemSummary, type ProblemLine } from '../../ui/ProblemSummary.tsx';
import { useSpeech } from '../../staff/language.tsx';
import type { ProblemText } from '../../staff/problem-lines.ts';

export interface SideFormProps {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  /** What the server said. */
  readonly problem: ProblemText | undefined;
  /** What is not filled in yet; shown after a try, and nothing is sent while there is any. */
  readonly missing: readonly ProblemLine[];
  readonly tried: number;
  readonly onTry: () => void;
  readonly onSend: () => void;
  readonly onClose: () => void;
  readonly busy: boolean;
  /** Words of the button: what happens. */
  readonly act: string;
  readonly danger?: boolean;
  readonly children: ReactNode;
}

/**
 * A form that opens within a page. It comes into sight with the focus in its first field, wherever on the page the button
 * was that opened it (on a phone below a thousand rows), and gives the focus back when it closes.
 */
export function SideForm(props: SideFormProps) {
  const { title, lead, problem, missing, tried, onTry, onSend, onClose, busy, act, danger, children } = props;
  const { t } = useSpeech();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const box = form.current;
    const first = box?.querySelector<HTMLElement>('input, select, textarea');
    // A field that opens a list of what may be chosen would hide the form with it.
    const place = first?.role === 'combobox' ? box?.querySelector<HTMLElement>('h2') : first;
    place?.focus({ preventScroll: true });
    box?.scrollIntoView({ block: 'nearest' });
    // Higher than the window: its head is what must be seen.
    if (box !== null && box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: 'start' });
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) setTimeout(() => backTo(opener));
    };
  }, []);
  return (
    <form
      ref={form}
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onTry();
        if (missing.length === 0) onSend();
      }}
    >
      <h2 tabIndex={-1}>{title}</h2>
      {lead}
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      {children}
      <div className="actions">
        <Button type="submit" kind={danger === true ? 'danger' : 'primary'} busy={busy}>
          {act}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

/** Only a focus that was lost with the form is given back: whoever moved on meanwhile stays where they are. */
function backTo(opener: HTMLElement): void {
  if (document.activeElement === document.body && opener.isConnected) opener.focus();
}
