import { useState } from 'react';
import type { z } from 'zod';
import { RefusalCode } from '@antin/protocol/office/incoming';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

export interface RefuseDialogProps {
  readonly open: boolean;
  readonly proposed: z.infer<typeof RefusalCode> | undefined;
  readonly busy: boolean;
  readonly failure: unknown;
  readonly onClose: () => void;
  readonly onRefuse: (code: z.infer<typeof RefusalCode>, note: string) => void;
}

/** A reason from the closed list, and a word for the sender. */
export function RefuseDialog({ open, proposed, busy, failure, onClose, onRefuse }: RefuseDialogProps) {
  const { t, lang } = useSpeech();
  const [code, setCode] = useState<z.infer<typeof RefusalCode> | undefined>(proposed);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const problem = failure === null || failure === undefined ? undefined : problemText(failure, lang);
  const short = note.trim().length < 3;
  return (
    <Dialog title={t('in.refuse.title')} open={open} onClose={onClose}>
      <p>{t('in.refuse.text')}</p>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <Field
        id="refusal-code"
        label={t('in.refuse.code')}
        error={tried && code === undefined ? t('in.refuse.error.code') : undefined}
      >
        {(attributes) => (
          <select
            {...attributes}
            value={code ?? ''}
            onChange={(event) => setCode(RefusalCode.safeParse(event.target.value).data)}
          >
            <option value="">{t('in.refuse.error.code')}</option>
            {RefusalCode.options.map((name) => (
              <option key={name} value={name}>
                {t(`refusal.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field id="refusal-note" label={t('in.refuse.note')} error={tried && short ? t('in.refuse.error.note') : undefined}>
        {(attributes) => (
          <textarea {...attributes} rows={3} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button
          kind="danger"
          busy={busy}
          onClick={() => {
            setTried(true);
            if (code !== undefined && !short) onRefuse(code, note.trim());
          }}
        >
          {t('in.refuse.do')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </Dialog>
  );
}
