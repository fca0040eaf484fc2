import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ImportRow } from '@antin/protocol/office/certificate-import';
import { certificateRoutes } from '@antin/protocol/office/certificates';
import type { z } from 'zod';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { sendFile } from '../data/send-file.ts';
import { FileDrop } from '../shell/FileDrop.tsx';
import { CertificateNav } from './CertificateNav.tsx';
import { OwnerDialog } from './OwnerDialog.tsx';

/** What somebody must do something about comes first. */
const ORDER: readonly string[] = ['unassigned', 'error', 'bound', 'known'];
const tones = { bound: 'green', known: 'plain', unassigned: 'amber', error: 'red' } as const;

/** Certificates that the agency holds already: one file or an archive, with what became of each. */
export function ImportPage() {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [sent, setSent] = useState<number>();
  const take = useMutation({
    mutationFn: (file: File) => sendFile(certificateRoutes.import, { file, progress: setSent }),
    onSuccess: () => {
      for (const key of ['certificates', 'certificate-counts', 'certificate-tasks'])
        void client.invalidateQueries({ queryKey: [key] });
    },
    onSettled: () => setSent(undefined),
  });
  const rows = [...(take.data?.rows ?? [])].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  const [asking, setAsking] = useState<(typeof rows)[number]>();
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const open = rows.filter((row) => row.outcome === 'unassigned' && !chosen.has(row.certificateId ?? '')).length;
  return (
    <div className="page">
      <h1>{t('import.title')}</h1>
      <CertificateNav />
      <p className="hint">{t('import.lead')}</p>
      {take.error === null ? null : <Failure error={take.error} />}
      <FileDrop
        label={t('import.choose')}
        hint=".cer .crt .pem .zip"
        accept=".cer,.crt,.pem,.der,.zip"
        sent={sent}
        onFile={(file) => take.mutate(file)}
      />
      {take.data === undefined ? null : (
        <section className="block">
          <p role="status" className={take.data.errors > 0 ? 'note amber' : 'note ink'}>
            {t('import.result', {
              bound: take.data.bound.toLocaleString(lang),
              errors: take.data.errors.toLocaleString(lang),
              n: rows.length.toLocaleString(lang),
            })}
          </p>
          {open === 0 ? null : <p className="note amber">{t('import.unassigned.count', { n: open.toLocaleString(lang) })}</p>}
          <div className="table-wrap" tabIndex={0} role="region" aria-label={t('import.outcome')}>
            <table className="table list">
              <thead>
                <tr>
                  <th scope="col">{t('import.file')}</th>
                  <th scope="col">{t('import.subject')}</th>
                  <th scope="col">{t('cert.ends')}</th>
                  <th scope="col">{t('import.outcome')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row, index) => (
                  <tr key={index}>
                    <td>{row.name}</td>
                    <td className="subject">
                      {row.certificateId === undefined ? (
                        row.subject
                      ) : (
                        <Link to="/chung-thu-so/$id" params={{ id: row.certificateId }} data-row="">
                          {row.subject ?? row.serialHex}
                        </Link>
                      )}
                    </td>
                    <td className="nowrap">{row.notAfter === undefined ? '' : dayText(dayOf(row.notAfter))}</td>
                    <td>
                      <Outcome row={row} chosen={chosen.get(row.certificateId ?? '')} onAsk={() => setAsking(row)} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {asking?.certificateId === undefined ? null : (
        <OwnerDialog
          certificateId={asking.certificateId}
          subject={[asking.subject, asking.serialHex].filter(Boolean).join(' · ')}
          onClose={() => setAsking(undefined)}
          onChosen={(view) => {
            setChosen(new Map([...chosen, [view.id, [view.name, view.agencyName].join(', ')]]));
            setAsking(undefined);
          }}
        />
      )}
    </div>
  );
}

interface OutcomeProps {
  readonly row: z.infer<typeof ImportRow>;
  /** Whose somebody said it is meanwhile. */
  readonly chosen: string | undefined;
  readonly onAsk: () => void;
}

function Outcome({ row, chosen, onAsk }: OutcomeProps) {
  const { t, code } = useSpeech();
  if (chosen !== undefined) return <Tag tone="green" text={t('import.assigned', { name: chosen })} />;
  return (
    <>
      <Tag tone={tones[row.outcome]} text={t(`import.${row.outcome}`)} />
      {row.code === undefined ? null : <small>{code('code', row.code)}</small>}
      {row.outcome === 'unassigned' ? (
        <span className="row-act">
          <Button small onClick={onAsk}>
            {t('owner.choose')}
          </Button>
        </span>
      ) : null}
    </>
  );
}
