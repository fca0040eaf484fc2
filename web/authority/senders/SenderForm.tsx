import { useState } from 'react';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { fileBase64 } from '../acts/file-base64.ts';
import { usePropose, type Change } from '../officers/use-propose.ts';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';

/** 256 bits, made here; the server gets the hash only. */
function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Registers an agency as a sender: its name, its certificate, a token that is shown once. */
export function SenderForm({ onClose }: { readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const { profile } = useSession();
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [certificate, setCertificate] = useState<File | undefined>();
  const [enough, setEnough] = useState(false);
  const [under, setUnder] = useState(false);
  const [tried, setTried] = useState(0);
  const [token] = useState(newToken);
  const [proposed, setProposed] = useState(false);
  const propose = usePropose(() => setProposed(true));
  const problem =
    propose.error === null ? undefined : problemText(propose.error, lang, { code: 'sender-code', name: 'sender-name' });
  const lines = [
    ...(name.trim() === '' ? [{ text: t('senders.name.error'), field: 'sender-name' }] : []),
    ...(code.trim() === '' ? [{ text: t('senders.code.error'), field: 'sender-code' }] : []),
    ...(certificate === undefined && !enough ? [{ text: t('senders.certificate.error'), field: 'sender-certificate' }] : []),
  ];
  const error = (field: string): string | undefined => (tried > 0 ? lines.find((line) => line.field === field)?.text : undefined);
  if (proposed) {
    return (
      <section className="boxed-form" role="status">
        <h2>{t('senders.proposed', { name })}</h2>
        <p>{t('senders.token.once')}</p>
        <p className="token mono" data-token="">
          {token}
        </p>
        <p className="hint">{t('change.second')}</p>
        <div>
          <Button onClick={onClose}>{t('senders.token.kept')}</Button>
        </div>
      </section>
    );
  }
  return (
    <form
      className="boxed-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(tried + 1);
        if (lines.length > 0) return;
        void (async () => {
          const der = certificate === undefined ? {} : { certificate: await fileBase64(certificate) };
          const tokenSha256 = bytesToHex(sha256(utf8ToBytes(token)));
          const change: Change = {
            kind: 'sender',
            code: code.trim(),
            name: name.trim(),
            tokenSha256,
            tokenIsEnough: enough,
            tokenForUnder: under,
            ...der,
          };
          propose.mutate(change);
        })();
      }}
    >
      <h2>{t('senders.add')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried === 0 || lines.length === 0 ? null : <ProblemSummary title={t('problem.title')} lines={lines} attempt={tried} />}
      <div className="field-grid">
        <Field id="sender-name" label={t('senders.name')} error={error('sender-name')}>
          {(attributes) => (
            <input {...attributes} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field id="sender-code" label={t('item.code')} hint={t('senders.code.hint')} error={error('sender-code')}>
          {(attributes) => (
            <input {...attributes} maxLength={35} value={code} onChange={(event) => setCode(event.target.value)} />
          )}
        </Field>
        <Field
          id="sender-certificate"
          label={t('senders.certificate')}
          hint={t('senders.certificate.hint')}
          {...(enough ? { optional: t('optional') } : {})}
          error={error('sender-certificate')}
        >
          {(attributes) => (
            <input
              {...attributes}
              type="file"
              accept=".cer,.crt,.pem,.der"
              onChange={(event) => setCertificate(event.target.files?.[0])}
            />
          )}
        </Field>
      </div>
      {profile === 'practice' ? (
        <label className="check">
          <input type="checkbox" checked={enough} onChange={(event) => setEnough(event.target.checked)} />
          {t('senders.enough')}
        </label>
      ) : null}
      <label className="check">
        <input type="checkbox" checked={under} onChange={(event) => setUnder(event.target.checked)} />
        {t('senders.under')}
      </label>
      <div className="actions">
        <Button type="submit" kind="primary" busy={propose.isPending}>
          {t('change.do')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
