import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { certificateRoutes, type CertificateView } from '@antin/protocol/office/certificates';
import { directoryUpkeepRoutes } from '@antin/protocol/office/directory-upkeep';
import { Button } from '../../ui/Button.tsx';
import { Combo } from '../../ui/Combo.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

/** Prepares the record: which device goes to whom. */
export function HandOverForm({ view, onClose }: { readonly view: CertificateView; readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [serial, setSerial] = useState(view.deviceSerial ?? '');
  const [model, setModel] = useState('');
  const [note, setNote] = useState('');
  const [query, setQuery] = useState(view.form === '01' ? view.name : (keeperOf(view) ?? ''));
  const [receiver, setReceiver] = useState<string>();
  const [tried, setTried] = useState(0);
  const people = useQuery({
    queryKey: ['people-of', view.agencyId, query],
    queryFn: ({ signal }) =>
      call(
        directoryUpkeepRoutes.people,
        { query: { agencyId: view.agencyId, under: 'true', limit: 20, ...(query.trim() === '' ? {} : { q: query.trim() }) } },
        signal,
      ),
  });
  const found = people.data?.items ?? [];
  // The only person of that name is who is meant.
  const chosen = receiver ?? (found.length === 1 ? found[0]?.id : undefined);
  const missing = [
    ...(serial.trim() === '' ? [{ text: t('hand.serial.error'), field: 'serial' }] : []),
    ...(chosen === undefined ? [{ text: t('hand.receiver.error'), field: 'receiver' }] : []),
  ];
  const prepare = useMutation({
    mutationFn: (receiverId: string) =>
      call(certificateRoutes.handOver, {
        params: { id: view.id },
        body: {
          version: view.version,
          deviceSerial: serial.trim(),
          receiverId,
          ...(model.trim() === '' ? {} : { model: model.trim() }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
        },
      }),
    onSuccess: () => {
      for (const key of ['certificate', 'certificates', 'certificate-tasks', 'session'])
        void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem =
    prepare.error === null ? undefined : problemText(prepare.error, lang, { deviceSerial: 'serial', receiverId: 'receiver' });
  return (
    <form
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried((old) => old + 1);
        if (missing.length === 0 && chosen !== undefined) prepare.mutate(chosen);
      }}
    >
      <h2>{t('hand.title')}</h2>
      <p className="hint">{t('hand.lead')}</p>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      {tried > 0 && missing.length > 0 ? <ProblemSummary title={t('problem.title')} lines={missing} attempt={tried} /> : null}
      <Field id="serial" label={t('hand.serial')} error={tried > 0 && serial.trim() === '' ? t('hand.serial.error') : undefined}>
        {(attributes) => (
          <input
            {...attributes}
            maxLength={64}
            autoComplete="off"
            value={serial}
            onChange={(event) => setSerial(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('hand.model')} optional={t('optional')}>
        {(attributes) => (
          <input {...attributes} maxLength={80} value={model} onChange={(event) => setModel(event.target.value)} />
        )}
      </Field>
      <Field
        id="receiver"
        label={t('hand.receiver')}
        hint={t('hand.receiver.hint')}
        error={tried > 0 && chosen === undefined ? t('hand.receiver.error') : undefined}
      >
        {(attributes) => (
          <Combo
            attributes={attributes}
            query={query}
            onQuery={(text) => {
              setQuery(text);
              setReceiver(undefined);
            }}
            options={found.map((person) => ({
              id: person.id,
              text: person.fullName,
              detail: person.positions.map((held) => `${held.title}, ${held.agencyName}`).join('; '),
            }))}
            chosen={chosen === undefined ? [] : [chosen]}
            onToggle={(id) => setReceiver(id)}
            placeholder={t('hand.receiver.find')}
            emptyText={t('hand.receiver.none')}
            busy={people.isPending}
          />
        )}
      </Field>
      {chosen === undefined ? null : (
        <p className="hint" role="status">
          {t('hand.receiver')}: <strong>{found.find((person) => person.id === chosen)?.fullName ?? ''}</strong>
        </p>
      )}
      <Field label={t('hand.note')} optional={t('optional')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button type="submit" kind="primary" busy={prepare.isPending}>
          {t('hand.do')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

function keeperOf(view: CertificateView): string | undefined {
  return view.subject === undefined || view.subject.form === '01' ? undefined : view.subject.keeper.fullName;
}
