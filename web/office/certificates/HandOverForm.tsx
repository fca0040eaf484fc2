import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { certificateRoutes, type CertificateView } from '@antin/protocol/office/certificates';
import { Field } from '../../ui/Field.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { PersonField, type ChosenPerson } from '../directory/PersonField.tsx';
import { SideForm } from '../shell/SideForm.tsx';

/** Prepares the record: which device goes to whom. */
export function HandOverForm({ view, onClose }: { readonly view: CertificateView; readonly onClose: () => void }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [serial, setSerial] = useState(view.deviceSerial ?? '');
  const [model, setModel] = useState('');
  const [note, setNote] = useState('');
  const [receiver, setReceiver] = useState<ChosenPerson>();
  const [tried, setTried] = useState(0);
  const missing = [
    ...(serial.trim() === '' ? [{ text: t('hand.serial.error'), field: 'serial' }] : []),
    ...(receiver === undefined ? [{ text: t('hand.receiver.error'), field: 'receiver' }] : []),
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
    <SideForm
      title={t('hand.title')}
      lead={<p className="hint">{t('hand.lead')}</p>}
      problem={problem}
      missing={missing}
      tried={tried}
      onTry={() => setTried((old) => old + 1)}
      onSend={() => receiver !== undefined && prepare.mutate(receiver.id)}
      onClose={onClose}
      busy={prepare.isPending}
      act={t('hand.do')}
    >
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
      <PersonField
        id="receiver"
        label={t('hand.receiver')}
        agencyId={view.agencyId}
        below
        startWith={view.form === '01' ? view.name : (keeperOf(view) ?? '')}
        takeOnly
        chosen={receiver}
        onChoose={setReceiver}
        hint={t('hand.receiver.hint')}
        error={tried > 0 && receiver === undefined ? t('hand.receiver.error') : undefined}
      />
      <Field label={t('hand.note')} optional={t('optional')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
    </SideForm>
  );
}

function keeperOf(view: CertificateView): string | undefined {
  return view.subject === undefined || view.subject.form === '01' ? undefined : view.subject.keeper.fullName;
}
