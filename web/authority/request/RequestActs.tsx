import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { Button } from '../../ui/Button.tsx';
import { call } from '../../staff/client.ts';
import { ReasonDialog } from '../../staff/ReasonDialog.tsx';
import { Go, type PageAct } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech, type ConsoleKey } from '../speech.ts';
import { requestQuery, type Detail } from './queries.ts';

const MAIN = ['approve', 'propose', 'revoke', 'recover', 'issue', 'hand-over'] as const;

/** The act that is next for this officer, the others beside it; what cannot be done says why. */
export function RequestActs({ detail, same }: { readonly detail: Detail; readonly same: boolean }) {
  const { t } = useSpeech();
  const session = useSession();
  const { id } = detail.row;
  const may = (act: Detail['may'][number]) => detail.may.includes(act);
  const main = MAIN.find((act) => may(act));
  const why = main === undefined ? whyNot(detail, session.roles) : undefined;
  return (
    <div className="request-acts no-print">
      {main === undefined ? (
        why === undefined ? null : why.act === undefined ? (
          <p className="waits">{t(why.text)}</p>
        ) : (
          <Button kind="primary" why={t(why.text)}>
            {t(`do.${why.act}`)}
          </Button>
        )
      ) : same ? (
        <Go place={{ to: '/yeu-cau/$id/$act', params: { id, act: main } }} className="button primary" main>
          {t(`do.${main}`)}
        </Go>
      ) : (
        <Button kind="primary" why={t('shown.mismatch.why')}>
          {t(`do.${main}`)}
        </Button>
      )}
      <div className="actions">
        {may('edit') ? (
          <Go place={{ to: '/yeu-cau/$id/$act', params: { id, act: 'edit' } }} className="button small">
            {t('do.edit')}
          </Go>
        ) : null}
        {may('refuse') && same ? (
          <Go place={{ to: '/yeu-cau/$id/$act', params: { id, act: 'refuse' } }} className="button small danger">
            {t('do.refuse')}
          </Go>
        ) : null}
        {may('withdraw') ? <Withdraw id={id} /> : null}
      </div>
    </div>
  );
}

/** The next act of the state, and why this officer cannot do it; undefined: nothing is left to do. */
function whyNot(
  { row, shown }: Detail,
  roles: readonly OfficerRole[],
): { readonly act?: PageAct; readonly text: ConsoleKey } | undefined {
  const holds = (role: OfficerRole) => roles.includes(role);
  if (row.state === 'question') return { text: 'why.question' };
  if (row.state === 'received') {
    const act = row.act === 'revoke' ? 'revoke' : 'propose';
    if (!holds(act === 'revoke' ? 'revocation' : 'registration'))
      return { text: act === 'revoke' ? 'next.revoke' : 'next.propose' };
    return { act, text: shown.checks.some((one) => one.outcome === 'blocks') ? 'why.checks' : 'why.not-now' };
  }
  if (row.state === 'proposed')
    return holds('approval') ? { act: 'approve', text: row.mine ? 'why.own-approval' : 'why.not-now' } : { text: 'next.approve' };
  if (row.state === 'approved') {
    const act = row.act === 'recover-device' ? 'recover' : 'issue';
    return holds('issuance') ? { act, text: 'why.own-issuance' } : { text: act === 'recover' ? 'next.recover' : 'next.issue' };
  }
  if (row.state === 'issuing') return { text: 'next.issuing' };
  if (row.state === 'issued') return { text: 'next.hand-over' };
  return undefined;
}

function Withdraw({ id }: { readonly id: string }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const withdraw = useMutation({
    mutationFn: (reason: string) => call(registrationRoutes.withdraw, { params: { id }, body: { reason } }),
    onSuccess: (fresh) => {
      client.setQueryData(requestQuery(id).queryKey, fresh);
      void client.invalidateQueries({ queryKey: ['requests'] });
      setOpen(false);
    },
  });
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        {t('do.withdraw')}
      </Button>
      <ReasonDialog
        title={t('withdraw.title')}
        label={t('withdraw.reason')}
        error={t('reason.short')}
        act={t('do.withdraw')}
        open={open}
        busy={withdraw.isPending}
        failure={withdraw.error}
        onClose={() => setOpen(false)}
        onReason={(reason) => withdraw.mutate(reason)}
      />
    </>
  );
}
