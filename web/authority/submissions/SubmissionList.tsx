import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { submissionRoutes, type SubmissionRow } from '@antin/protocol/authority/submissions';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { instantText } from '../../i18n/dates.ts';
import { sizeText } from '../../i18n/sizes.ts';
import { call } from '../../staff/client.ts';
import { Failure } from '../../staff/Failure.tsx';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { Go } from '../place.tsx';
import { useSession } from '../queries.ts';
import { commonName } from '../common-name.ts';
import { useSpeech } from '../speech.ts';

const tags = {
  accepted: ['green', 'check'],
  quarantined: ['amber', 'warn'],
  dismissed: ['plain', 'close'],
} as const;

export function SubmissionList({ rows }: { readonly rows: readonly SubmissionRow[] }) {
  return (
    <ul className="submissions">
      {rows.map((row) => (
        <Submission key={row.id} row={row} />
      ))}
    </ul>
  );
}

function Submission({ row }: { readonly row: SubmissionRow }) {
  const { t, both, lang } = useSpeech();
  const { roles } = useSession();
  const [tone, icon] = tags[row.status];
  const reads = roles.includes('registration') || roles.includes('audit');
  return (
    <li className="submission">
      <div className="submission-head">
        <div>
          <h2>
            {row.status === 'accepted' ? (
              <Go place={{ to: '/yeu-cau', search: { submission: row.id } }} className="row-link" row>
                {row.from?.name ?? row.id}
              </Go>
            ) : (
              (row.from?.name ?? t('sub.unknown'))
            )}
          </h2>
          <p className="hint">
            {row.number === undefined ? '' : `${t('sub.number')} ${row.number} · `}
            {row.round === undefined ? '' : `${row.round} · `}
            {instantText(row.receivedAt)} · {t(`sub.channel.${row.channel}`)} · {sizeText(row.size, lang)}
          </p>
        </div>
        <Tag tone={tone} icon={icon} text={t(`sub.${row.status}`)} />
      </div>
      {row.words === undefined ? null : <p className="submission-why">{both(row.words)}</p>}
      <p className="submission-line">
        {row.status === 'accepted' ? (
          <span className="num">
            {t('sub.items', { n: row.items.toLocaleString(lang), open: row.open.toLocaleString(lang) })}
          </span>
        ) : null}
        <span>
          {t(`sub.by.${row.authenticatedBy}`)}
          {row.signer === undefined ? '' : `: ${commonName(row.signer)}`}
        </span>
        {row.leader === undefined ? null : (
          <span>
            {t('sub.leader')}: {row.leader}
          </span>
        )}
        <span className="mono">SHA-256 {row.sha256.slice(0, 16)}…</span>
      </p>
      <div className="actions no-print">
        {row.status === 'quarantined' && roles.includes('registration') ? <Quarantined id={row.id} /> : null}
        {reads ? (
          <a className="button small" href={`/authority/api/submissions/${row.id}/file`} download>
            {t('sub.file')}
          </a>
        ) : null}
        {row.status === 'accepted' && (roles.includes('registration') || roles.includes('issuance')) ? (
          <a className="button small" href={`/authority/api/submissions/${row.id}/results.zip`} download>
            {t('sub.results')}
          </a>
        ) : null}
      </div>
    </li>
  );
}

function Quarantined({ id }: { readonly id: string }) {
  const { t, both } = useSpeech();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const fresh = (): void => {
    setAsking(false);
    for (const queryKey of [['submissions'], ['session'], ['requests']]) void client.invalidateQueries({ queryKey });
  };
  const retry = useMutation({ mutationFn: () => call(submissionRoutes.retry, { params: { id } }), onSuccess: fresh });
  const dismiss = useMutation({
    mutationFn: (reason: string) => call(submissionRoutes.dismiss, { params: { id }, body: { reason } }),
    onSuccess: fresh,
  });
  return (
    <>
      <Button small kind="primary" busy={retry.isPending} onClick={() => retry.mutate()}>
        {t('sub.retry')}
      </Button>
      <Button small onClick={() => setAsking(true)}>
        {t('sub.dismiss')}
      </Button>
      {retry.data?.status === 'quarantined' ? (
        <p role="status" className="hint">
          {t('sub.still')} {retry.data.words === undefined ? '' : both(retry.data.words)}
        </p>
      ) : null}
      {retry.error === null ? null : <Failure error={retry.error} />}
      <ReasonDialog
        title={t('sub.dismiss.title')}
        label={t('sub.dismiss.reason')}
        error={t('reason.short')}
        act={t('sub.dismiss')}
        open={asking}
        busy={dismiss.isPending}
        failure={dismiss.error}
        onClose={() => setAsking(false)}
        onReason={(reason) => dismiss.mutate(reason)}
      />
    </>
  );
}
