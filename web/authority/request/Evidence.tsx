import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { EvidenceKind, registrationRoutes } from '@antin/protocol/authority/registration';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { problemText } from '../../staff/problem-lines.ts';
import { useSpeech } from '../speech.ts';
import { sendBytes } from '../send-bytes.ts';
import { requestQuery, type Detail } from './queries.ts';

/** What officers saw of the subscriber's identity. */
export function Evidence({ detail }: { readonly detail: Detail }) {
  const { t } = useSpeech();
  const [open, setOpen] = useState(false);
  const { evidence } = detail.shown;
  return (
    <section aria-labelledby="evidence-title">
      <h2 id="evidence-title">{t('evidence.title')}</h2>
      {evidence.length === 0 ? <p className="hint">{t('evidence.none')}</p> : null}
      <ul className="evidence">
        {evidence.map((one) => (
          <li key={`${one.at}${one.note}`}>
            <strong>{t(`evidence.${one.kind}`)}</strong>
            <span>{one.note}</span>
            <small>
              {one.seenBy.fullName} · {instantText(one.at)}
              {one.sha256 === undefined ? null : (
                <>
                  {' · '}
                  <a href={`/authority/api/requests/${detail.row.id}/attachments/${one.sha256}`}>{t('evidence.scan')}</a>
                </>
              )}
            </small>
          </li>
        ))}
      </ul>
      {detail.may.includes('add-evidence') ? (
        <Button small icon="plus" onClick={() => setOpen(true)}>
          {t('evidence.add')}
        </Button>
      ) : null}
      <Dialog title={t('evidence.add')} open={open} onClose={() => setOpen(false)}>
        <EvidenceForm id={detail.row.id} state={detail.row.state} onDone={() => setOpen(false)} />
      </Dialog>
    </section>
  );
}

interface FormProps {
  readonly id: string;
  readonly state: Detail['row']['state'];
  readonly onDone: () => void;
}

function EvidenceForm({ id, state, onDone }: FormProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [kind, setKind] = useState<EvidenceKind>('identity-card');
  const [note, setNote] = useState('');
  const [scan, setScan] = useState<File | undefined>();
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: async () => {
      const stored = scan === undefined ? undefined : await sendBytes(registrationRoutes.addAttachment, { id }, scan);
      const body = { kind, note: note.trim(), ...(stored === undefined ? {} : { sha256: stored.sha256 }) };
      return call(registrationRoutes.addEvidence, { params: { id }, body });
    },
    onSuccess: (fresh) => {
      client.setQueryData(requestQuery(id).queryKey, fresh);
      onDone();
    },
  });
  const problem = add.error === null ? undefined : problemText(add.error, lang, { note: 'evidence-note' });
  return (
    <form
      className="side-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (note.trim() !== '') add.mutate();
      }}
    >
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {state === 'proposed' || state === 'approved' ? <p className="note amber">{t('voids')}</p> : null}
      <Field label={t('evidence.kind')}>
        {(attributes) => (
          <select {...attributes} value={kind} onChange={(event) => setKind(EvidenceKind.parse(event.target.value))}>
            {EvidenceKind.options.map((one) => (
              <option key={one} value={one}>
                {t(`evidence.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        id="evidence-note"
        label={t('evidence.note')}
        hint={t('evidence.note.hint')}
        error={tried && note.trim() === '' ? t('evidence.note.error') : undefined}
      >
        {(attributes) => (
          <textarea {...attributes} rows={3} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <Field label={t('evidence.file')} optional={t('optional')}>
        {(attributes) => <input {...attributes} type="file" onChange={(event) => setScan(event.target.files?.[0])} />}
      </Field>
      <div className="actions">
        <Button type="submit" kind="primary" busy={add.isPending}>
          {t('evidence.save')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
