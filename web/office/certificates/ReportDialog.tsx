import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { certificateRoutes } from '@antin/protocol/office/certificates';
import type { KeyDevice } from '@antin/protocol/office/key-devices';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { problemText } from '../../staff/problem-lines.ts';

const REPORTS = ['locked', 'recovered', 'lost', 'broken', 'found', 'returned'] as const;
type Report = (typeof REPORTS)[number];

/** From which states a report makes sense; the server decides again. */
const FROM: Readonly<Record<Report, readonly KeyDevice['state'][]>> = {
  locked: ['with-subscriber'],
  recovered: ['locked'],
  lost: ['in-stock', 'with-subscriber', 'locked', 'broken', 'to-return'],
  broken: ['in-stock', 'with-subscriber', 'locked'],
  found: ['lost'],
  returned: ['with-subscriber', 'locked', 'broken', 'to-return'],
};

export interface ReportDialogProps {
  readonly device: KeyDevice;
  readonly preset?: Report | undefined;
  readonly onClose: () => void;
}

/** What became of a device; a lost or broken one has its certificate's revocation asked at once, and the dialog says so. */
export function ReportDialog({ device, preset, onClose }: ReportDialogProps) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const possible = REPORTS.filter((one) => FROM[one].includes(device.state));
  const [report, setReport] = useState<Report | undefined>(preset ?? possible[0]);
  const [note, setNote] = useState('');
  const record = useMutation({
    mutationFn: (chosen: Report) =>
      call(certificateRoutes.reportDevice, {
        params: { id: device.id },
        body: { version: device.version, report: chosen, ...(note.trim() === '' ? {} : { note: note.trim() }) },
      }),
    onSuccess: () => {
      for (const key of ['certificate', 'certificates', 'key-devices', 'certificate-tasks', 'session'])
        void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const problem = record.error === null ? undefined : problemText(record.error, lang);
  return (
    <Dialog title={t('report.title', { serial: device.serial })} open onClose={onClose}>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <fieldset className="choices">
        <legend className="visually-hidden">{t('report.title', { serial: device.serial })}</legend>
        {possible.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="report" checked={report === one} onChange={() => setReport(one)} />
            <strong>{t(`report.${one}`)}</strong>
            {one === 'lost' || one === 'broken' ? <span className="hint">{t(`report.${one}.text`)}</span> : <span />}
          </label>
        ))}
      </fieldset>
      <Field label={t('report.note')} optional={t('optional')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button
          kind={report === 'lost' || report === 'broken' ? 'danger' : 'primary'}
          busy={record.isPending || report === undefined}
          onClick={() => report !== undefined && record.mutate(report)}
        >
          {t('report.do')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </Dialog>
  );
}
