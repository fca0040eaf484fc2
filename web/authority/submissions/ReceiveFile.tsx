import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { submissionRoutes } from '@antin/protocol/authority/submissions';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Progress } from '../../ui/Waiting.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { Go } from '../place.tsx';
import { sendBytes } from '../send-bytes.ts';
import { useSpeech } from '../speech.ts';

/** Takes in a file that was carried here on paper's way: a signed ASiC-E container or CMS. */
export function ReceiveFile() {
  const { t, lang, both } = useSpeech();
  const id = useId();
  const client = useQueryClient();
  const [over, setOver] = useState(false);
  const receive = useMutation({
    mutationFn: (file: File) => sendBytes(submissionRoutes.receive, {}, file),
    onSuccess: () => {
      for (const queryKey of [['submissions'], ['session'], ['requests']]) void client.invalidateQueries({ queryKey });
    },
  });
  const problem = receive.error === null ? undefined : problemText(receive.error, lang);
  const take = (file: File | undefined): void => {
    if (file !== undefined) receive.mutate(file);
  };
  return (
    <section className="receive">
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <div
        className={over ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files[0]);
        }}
      >
        <input
          id={id}
          type="file"
          accept=".asice,.p7m,.cms"
          className="drop-input"
          onChange={(event) => {
            take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
        <label htmlFor={id}>
          <u>{t('receive.choose')}</u>
          <small>{t('receive.hint')}</small>
        </label>
      </div>
      {receive.isPending ? <Progress label={t('receive.busy')} /> : null}
      {receive.data === undefined ? null : (
        <p role="status" className={receive.data.status === 'accepted' ? 'note ink' : 'note amber'}>
          {receive.data.status === 'accepted' ? (
            <>
              {t('receive.accepted', { n: receive.data.items })}{' '}
              <Go place={{ to: '/yeu-cau', search: { submission: receive.data.submissionId } }}>{t('receive.see')}</Go>
            </>
          ) : (
            <>
              {t('receive.quarantined')} {receive.data.words === undefined ? '' : both(receive.data.words)}
            </>
          )}
        </p>
      )}
    </section>
  );
}
