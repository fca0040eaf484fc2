import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { dayOf } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { DayField } from '../shell/DayField.tsx';
import { problemText } from '../../staff/problem-lines.ts';

export interface EndDialogProps {
  readonly title: string;
  readonly button: string;
  readonly end: (day: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly onEnded: () => void;
}

/** The first day on which something is no more. */
export function EndDialog({ title, button, end, onClose, onEnded }: EndDialogProps) {
  const { t, lang } = useSpeech();
  const today = dayOf(Date.now());
  const [day, setDay] = useState(today);
  const ending = useMutation({ mutationFn: () => end(day), onSuccess: onEnded });
  const problem = ending.error === null ? undefined : problemText(ending.error, lang, { validTo: 'end-day' });
  return (
    <Dialog title={title} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <DayField id="end-day" label={t('person.end-position.day')} value={day} onChange={setDay} min={today} />
      <div className="actions">
        <Button kind="danger" busy={ending.isPending} onClick={() => ending.mutate()}>
          {button}
        </Button>
        {/* Not “Thôi”: beside “Thôi chức vụ” it would read as the same. */}
        <Button onClick={onClose}>{t('back')}</Button>
      </div>
    </Dialog>
  );
}
