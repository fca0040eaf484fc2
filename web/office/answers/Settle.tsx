import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { issuerRoutes, type Unmatched, type UnmatchedCandidate } from '@antin/protocol/office/issuers';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call, type InputOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { answerQuery } from '../data/answer-queries.ts';

function useSettle(id: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: InputOf<typeof issuerRoutes.settleUnmatched>['body']) =>
      call(issuerRoutes.settleUnmatched, { params: { id }, body }),
    onSuccess: (settled) => {
      client.setQueryData(answerQuery(id).queryKey, settled);
      for (const key of [
        'issuer-unmatched',
        'issuer-candidates',
        'issuer-request',
        'certificates',
        'certificate-tasks',
        'session',
      ])
        void client.invalidateQueries({ queryKey: [key] });
      onDone();
    },
  });
}

interface GiveProps {
  readonly answer: Unmatched;
  readonly candidate: UnmatchedCandidate | undefined;
  readonly onClose: () => void;
}

/** Gives a certificate to an item. A name that differs is written once more: one click gives nobody's certificate away. */
export function Give({ answer, candidate, onClose }: GiveProps) {
  const { t, lang } = useSpeech();
  const [said, setSaid] = useState('');
  const [tried, setTried] = useState(false);
  const close = (): void => {
    setSaid('');
    setTried(false);
    onClose();
  };
  const settle = useSettle(answer.id, close);
  const name = answer.commonName ?? '';
  const differs = candidate !== undefined && !candidate.sameName;
  const wrong = differs && said.normalize('NFC').trim() !== name.normalize('NFC').trim();
  const problem = settle.error === null ? undefined : problemText(settle.error, lang);
  return (
    <Dialog title={t('answers.give.title')} open={candidate !== undefined} onClose={close}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <dl className="facts">
        <div>
          <dt>{t('answers.certificate-name')}</dt>
          <dd>
            <strong>{name}</strong>
          </dd>
        </div>
        <div>
          <dt>{t('answers.asked-name')}</dt>
          <dd>
            <strong>{candidate?.name}</strong>
          </dd>
        </div>
        <div>
          <dt>{t('cert.agency')}</dt>
          <dd>{candidate?.agencyName}</dd>
        </div>
        <div>
          <dt>{t('answers.serial')}</dt>
          <dd>{answer.serialHex}</dd>
        </div>
      </dl>
      {differs ? (
        <>
          <p className="note amber">{t('answers.differs')}</p>
          <Field
            id="certificate-name"
            label={t('answers.say-again')}
            error={tried && wrong ? t('answers.say-again.error', { name }) : undefined}
          >
            {(attributes) => (
              <input
                {...attributes}
                maxLength={200}
                autoComplete="off"
                value={said}
                onChange={(event) => setSaid(event.target.value)}
              />
            )}
          </Field>
        </>
      ) : (
        <p className="hint">{t('answers.give.text')}</p>
      )}
      <div className="actions">
        <Button
          kind="primary"
          busy={settle.isPending}
          onClick={() => {
            setTried(true);
            if (candidate !== undefined && !wrong)
              settle.mutate({ itemId: candidate.itemId, ...(differs ? { confirmedName: said.trim() } : {}) });
          }}
        >
          {t(differs ? 'answers.give.differs' : 'answers.give.do')}
        </Button>
        <Button onClick={close}>{t('cancel')}</Button>
      </div>
    </Dialog>
  );
}

/** Says that it belongs to nobody here, and why. */
export function Dismiss({
  answer,
  open,
  onClose,
}: {
  readonly answer: Unmatched;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useSpeech();
  const settle = useSettle(answer.id, onClose);
  return (
    <ReasonDialog
      title={t('answers.dismiss')}
      label={t('cert.reason')}
      error={t('cert.reason.error')}
      act={t('answers.dismiss.do')}
      open={open}
      busy={settle.isPending}
      failure={settle.error}
      onClose={onClose}
      onReason={(reason) => settle.mutate({ none: true, reason })}
    />
  );
}
