import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { certificateRoutes, type CertificateView, type HandOver } from '@antin/protocol/office/certificates';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { instantText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { certificateQuery } from '../data/certificate-queries.ts';
import { sendFile } from '../data/send-file.ts';
import { FileDrop } from '../shell/FileDrop.tsx';

/** Records of hand-over: what waits for the receiver's signature, and what was signed. */
export function HandOvers({ view, officer }: { readonly view: CertificateView; readonly officer: boolean }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: (id: string) => call(certificateRoutes.cancelHandOver, { params: { id } }),
    onSuccess: (changed) => client.setQueryData(certificateQuery(view.id).queryKey, changed),
  });
  const shown = view.handOvers.filter((one) => one.state !== 'cancelled');
  if (shown.length === 0) return null;
  return (
    <section>
      <h2>{t('hand.records')}</h2>
      {cancel.error === null ? null : <Failure error={cancel.error} />}
      <ul className="lined">
        {shown.map((one) => (
          <li key={one.id}>
            <div>
              <Tag
                tone={one.state === 'signed' ? 'green' : 'amber'}
                icon={one.state === 'signed' ? 'check' : 'clock'}
                text={t(`hand.state.${one.state}`, { name: one.receiver })}
              />
              <small>
                {one.giver} → {one.receiver}, {instantText(one.signedAt ?? one.preparedAt)}
              </small>
            </div>
            <div className="actions no-print">
              <RecordLink one={one} />
              {officer && one.state === 'prepared' ? (
                <Button small busy={cancel.isPending} onClick={() => cancel.mutate(one.id)}>
                  {t('hand.cancel')}
                </Button>
              ) : null}
            </div>
            {one.state === 'prepared' ? <PutSigned id={one.id} certificateId={view.id} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function RecordLink({ one }: { readonly one: HandOver }) {
  const { t } = useSpeech();
  return (
    <a
      className="button small"
      href={addressOf(certificateRoutes.handOverRecord, { params: { id: one.id } })}
      target="_blank"
      rel="noreferrer"
    >
      {t('hand.open')}
    </a>
  );
}

/** The record as signed by another program, brought as a file. */
export function PutSigned({ id, certificateId }: { readonly id: string; readonly certificateId: string }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const [sent, setSent] = useState<number>();
  const put = useMutation({
    mutationFn: (file: File) => sendFile(certificateRoutes.putSignedHandOver, { params: { id }, file, progress: setSent }),
    onSuccess: (changed) => {
      client.setQueryData(certificateQuery(certificateId).queryKey, changed);
      for (const key of ['my-hand-overs', 'my-certificates', 'certificates', 'certificate-tasks', 'session'])
        void client.invalidateQueries({ queryKey: [key] });
    },
    onSettled: () => setSent(undefined),
  });
  return (
    <details className="no-print put-signed">
      <summary>{t('hand.put')}</summary>
      {put.error === null ? null : <Failure error={put.error} />}
      <FileDrop label={t('hand.put')} accept="application/pdf,.pdf" sent={sent} onFile={(file) => put.mutate(file)} />
    </details>
  );
}
