import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { registrationRoutes as routes } from '@antin/protocol/authority/registration';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { exactText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import type { Detail } from '../request/queries.ts';
import { useSpeech } from '../speech.ts';
import { fileBase64 } from './file-base64.ts';

export interface HandOverProps {
  readonly id: string;
  readonly onDone: (fresh: Detail) => void;
  readonly onBack: () => void;
}

/** The receiver signs the record with the new key: proof that key and certificate belong together and are in their hand. */
export function HandOver({ id, onDone, onBack }: HandOverProps) {
  const { t, lang } = useSpeech();
  const statement = useQuery({
    queryKey: ['hand-over', id],
    queryFn: ({ signal }) => call(routes.handOverStatement, { params: { id } }, signal),
    // The text holds its time: it must stay the one that the receiver signs.
    ...{ staleTime: Infinity, refetchOnWindowFocus: false, refetchOnReconnect: false },
  });
  const [signature, setSignature] = useState<File | undefined>();
  const [deviceSerial, setDeviceSerial] = useState('');
  const [tried, setTried] = useState(0);
  const hand = useMutation({
    mutationFn: async (canonical: string) => {
      const serial = deviceSerial.trim();
      const body = { canonical, cms: await fileBase64(signature as File), ...(serial === '' ? {} : { deviceSerial: serial }) };
      return call(routes.handOver, { params: { id }, body });
    },
    onSuccess: onDone,
  });
  if (statement.data === undefined) return <Pending query={statement} lines={6} />;
  const { canonical, statement: text } = statement.data;
  const said = (name: string): string => String(text[name] ?? '');
  const problem = hand.error === null ? undefined : problemText(hand.error, lang);
  const missing = tried > 0 && signature === undefined;
  return (
    <div className="act-check">
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {missing ? (
        <ProblemSummary
          title={t('problem.title')}
          lines={[{ text: t('hand-over.signature.error'), field: 'hand-over-signature' }]}
          attempt={tried}
        />
      ) : null}
      <p className="lead">{t('lead.hand-over')}</p>
      <dl className="facts">
        <div>
          <dt>{t('hand-over.subject')}</dt>
          <dd>{said('subject')}</dd>
        </div>
        <div>
          <dt>{t('outcome.serial')}</dt>
          <dd className="mono">{said('serialHex')}</dd>
        </div>
        <div>
          <dt>{t('hand-over.fingerprint')}</dt>
          <dd className="mono">{said('certificateSha256')}</dd>
        </div>
        <div>
          <dt>{t('hand-over.at')}</dt>
          <dd>{exactText(said('at'))}</dd>
        </div>
      </dl>
      <ol className="steps-list">
        <li>
          <p>{t('hand-over.step.1')}</p>
          <Button small icon="download" onClick={() => save(canonical, `ban-giao-${said('serialHex').slice(0, 12)}.json`)}>
            {t('hand-over.download')}
          </Button>
        </li>
        <li>
          <p>{t('hand-over.step.2')}</p>
        </li>
        <li>
          <Field
            id="hand-over-signature"
            label={t('hand-over.signature')}
            hint={t('hand-over.signature.hint')}
            error={missing ? t('hand-over.signature.error') : undefined}
          >
            {(attributes) => (
              <input
                {...attributes}
                type="file"
                accept=".p7s,.p7m,.cms,.pem,.der"
                onChange={(event) => setSignature(event.target.files?.[0])}
              />
            )}
          </Field>
        </li>
      </ol>
      <Field label={t('issue.device-serial')} optional={t('optional')}>
        {(attributes) => (
          <input {...attributes} maxLength={64} value={deviceSerial} onChange={(event) => setDeviceSerial(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button
          kind="primary"
          busy={hand.isPending}
          onClick={() => {
            setTried(tried + 1);
            if (signature !== undefined) hand.mutate(canonical);
          }}
        >
          {t('sign.hand-over')}
        </Button>
        <Button onClick={onBack}>{t('back')}</Button>
      </div>
    </div>
  );
}

function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
