import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { issuerRoutes } from '@antin/protocol/office/issuers';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { instantText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { unmatchedQuery } from '../data/issuer-queries.ts';

/** Answers that fit nothing asked for: shown and settled by a person, never guessed. */
export function Unsettled() {
  const { t } = useSpeech();
  const client = useQueryClient();
  const unmatched = useInfiniteQuery(unmatchedQuery);
  const [asking, setAsking] = useState<string>();
  const settle = useMutation({
    mutationFn: (reason: string) =>
      call(issuerRoutes.settleUnmatched, { params: { id: asking ?? '' }, body: { none: true, reason } }),
    onSuccess: () => {
      setAsking(undefined);
      for (const key of ['issuer-unmatched', 'certificate-tasks', 'session']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const open = (unmatched.data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.settledAt === undefined);
  if (open.length === 0) return null;
  return (
    <section className="block">
      <h2>
        {t('un.title')} <span className="count num">{open.length}</span>
      </h2>
      <p className="hint">{t('un.lead')}</p>
      <ul className="lined">
        {open.map((one) => (
          <li key={one.id}>
            <div>
              <Tag tone="amber" icon="warn" text={t(`un.reason.${one.reason}`)} /> <strong>{one.subject ?? one.fileName}</strong>
              <small>{[one.fileName, one.serialHex, one.detail, instantText(one.at)].filter(Boolean).join(' · ')}</small>
            </div>
            <div className="actions">
              <Button small onClick={() => setAsking(one.id)}>
                {t('un.none-of-ours')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <ReasonDialog
        title={t('un.title')}
        label={t('cert.reason')}
        error={t('cert.reason.error')}
        act={t('report.do')}
        open={asking !== undefined}
        busy={settle.isPending}
        failure={settle.error}
        onClose={() => setAsking(undefined)}
        onReason={(reason) => settle.mutate(reason)}
      />
    </section>
  );
}
