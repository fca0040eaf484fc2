import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Form } from '@antin/protocol/office/certificates';
import { needsRoutes } from '@antin/protocol/office/needs';
import { Icon } from '../../ui/Icon.tsx';
import { addressOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { lastImportQuery } from '../data/needs-queries.ts';
import { sendFile } from '../data/send-file.ts';
import { FileDrop } from '../shell/FileDrop.tsx';
import { ImportResult } from './ImportResult.tsx';

interface ImportFileProps {
  readonly roundId: string;
  readonly sheetId: string;
  readonly form: Form;
}

/** Which result somebody has put away stands in their browser; the result itself is the server's. */
const place = (sheetId: string): string => `antin.needs-import-seen.${sheetId}`;

export function ImportFile({ roundId, sheetId, form }: ImportFileProps) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const last = useQuery(lastImportQuery(roundId, sheetId));
  const [seen, setSeen] = useState(() => localStorage.getItem(place(sheetId)) ?? undefined);
  const [sent, setSent] = useState<number>();
  const [started, setStarted] = useState<string>();
  const take = useMutation({
    mutationFn: (file: File) => sendFile(needsRoutes.import, { params: { id: sheetId, form }, file, progress: setSent }),
    onSuccess: (one) => {
      setStarted(one.id);
      void client.invalidateQueries({ queryKey: ['needs-imports'] });
    },
    onSettled: () => setSent(undefined),
  });
  const latest = started ?? last.data?.items[0]?.id;
  const hide = (id: string): void => {
    localStorage.setItem(place(sheetId), id);
    setSeen(id);
  };
  return (
    <section className="import-file no-print">
      {take.error === null ? null : <Failure error={take.error} />}
      {latest === undefined || latest === seen ? (
        <div className="import-row">
          <FileDrop
            label={t('sheet.import')}
            hint={t('sheet.import.text')}
            accept=".csv,.xlsx"
            sent={sent}
            onFile={(file) => take.mutate(file)}
          />
          <div className="actions">
            {(['xlsx', 'csv'] as const).map((format) => (
              <a
                key={format}
                className="button small"
                href={addressOf(needsRoutes.template, { params: { form }, query: { format } })}
                download
              >
                <Icon name="download" size={16} /> {t('sheet.template')} {format.toUpperCase()}
              </a>
            ))}
          </div>
        </div>
      ) : (
        <ImportResult id={latest} onHide={() => hide(latest)} />
      )}
    </section>
  );
}
