import { useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { ProblemSummary } from '../ui/ProblemSummary.tsx';
import { useSpeech } from './language.tsx';
import { problemText } from './problem-lines.ts';

export interface ReasonDialogProps {
  readonly title: string;
  readonly label: string;
  readonly error: string;
  readonly act: string;
  readonly open: boolean;
  readonly busy: boolean;
  readonly failure: unknown;
  readonly onClose: () => void;
  readonly onReason: (reason: string) => void;
}

/** Asks for a reason before something goes back. */
export function ReasonDialog({ title, label, error, act, open, busy, failure, onClose, onReason }: ReasonDialogProps) {
  const { t, lang } = useSpeech();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < 3;
  const problem = failure === null || failure === undefined ? undefined : problemText(failure, lang);
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <Field label={label} error={tried && short ? error : undefined}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={4}
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button
          kind="primary"
          busy={busy}
          onClick={() => {
            setTried(true);
            if (!short) onReason(reason.trim());
          }}
        >
          {act}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </Dialog>
  );
}
