import { useQueries } from '@tanstack/react-query';
import { registrationRoutes } from '@antin/protocol/authority/registration';
import { Button } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Waiting.tsx';
import { call } from '../../staff/client.ts';
import { Failure } from '../../staff/Failure.tsx';
import { SignedAct } from '../acts/SignedAct.tsx';
import { hashOfShown, requestQuery, type Detail } from '../request/queries.ts';
import { ShownDocument } from '../request/ShownDocument.tsx';
import { useKind } from '../requests/states.tsx';
import { useSpeech } from '../speech.ts';
import type { Outcomes } from './ApproveOutcome.tsx';

export interface ApproveCheckProps {
  readonly ids: readonly string[];
  readonly onBack: () => void;
  readonly onDone: (outcomes: Outcomes) => void;
}

/** Every chosen request is fetched and drawn before its hash is signed. */
export function ApproveCheck({ ids, onBack, onDone }: ApproveCheckProps) {
  const { t } = useSpeech();
  const details = useQueries({
    queries: ids.map((id) => ({ ...requestQuery(id), refetchInterval: false as const, refetchOnWindowFocus: false })),
  });
  const loaded = details.flatMap((one) => (one.data === undefined ? [] : [one.data]));
  const failed = details.find((one) => one.error !== null && one.data === undefined);
  if (failed !== undefined) return <Failure error={failed.error} onRetry={() => void failed.refetch()} />;
  if (loaded.length < ids.length)
    return <Progress label={t('approve.loading', { n: loaded.length, total: ids.length })} share={loaded.length / ids.length} />;
  const different = loaded.filter((one) => hashOfShown(one.shown) !== one.shownSha256);
  if (different.length > 0) {
    return (
      <div className="note red" role="alert">
        <strong>{t('shown.mismatch')}</strong>
        <p>
          {t('shown.mismatch.text')} {different.map((one) => one.row.subject).join(', ')}
        </p>
        <Button onClick={onBack}>{t('back')}</Button>
      </div>
    );
  }
  return (
    <SignedAct
      act="approve"
      shown={loaded.map((one) => one.shown)}
      button={t('approve.sign', { n: loaded.length })}
      perform={async (approvals) => (await call(registrationRoutes.approve, { body: { approvals: [...approvals] } })).outcomes}
      onDone={onDone}
      onBack={onBack}
    >
      <ul className="check-list">
        {loaded.map((one) => (
          <One key={one.row.id} detail={one} open={loaded.length === 1} />
        ))}
      </ul>
    </SignedAct>
  );
}

function One({ detail, open }: { readonly detail: Detail; readonly open: boolean }) {
  const { t, both } = useSpeech();
  const kind = useKind();
  const warnings = detail.checks.filter((one) => one.outcome !== 'holds');
  return (
    <li>
      <details className="more" open={open}>
        <summary>
          {detail.row.subject}
          <small>
            {kind(detail.row)} · {detail.row.agency.name}
          </small>
        </summary>
        <ShownDocument shown={detail.shown} attachmentsOf={detail.row.id} />
      </details>
      {warnings.length === 0 ? null : (
        <p className="note amber">
          {t('approve.warnings')}: {warnings.map((one) => both(one.words)).join('; ')}
        </p>
      )}
    </li>
  );
}
