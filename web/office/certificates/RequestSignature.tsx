import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Sha256 } from '@antin/protocol/basics';
import { issuerRoutes, type IssuerRequest } from '@antin/protocol/office/issuers';
import { exactText } from '../../i18n/dates.ts';
import { Button } from '../../ui/Button.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { requestQuery } from '../data/issuer-queries.ts';
import { credentialsQuery } from '../data/signing-queries.ts';
import { useSession } from '../data/session-query.ts';
import { bestCredential, CredentialChoice } from '../signing/CredentialChoice.tsx';
import { JobProgress } from '../signing/JobProgress.tsx';

/** Who signs a prepared request, the leader and then the organisation: how far it is, and that it is there. */
export function RequestSignature({ one }: { readonly one: IssuerRequest }) {
  const { t, code } = useSpeech();
  const client = useQueryClient();
  const session = useSession();
  const roles = session.positions.find((held) => held.id === session.positionId)?.roles ?? [];
  const [clerk, leads] = [roles.includes('clerk'), roles.includes('leader')];
  const [job, setJob] = useState<{ readonly id: string; readonly as: 'leader' | 'organisation' }>();
  const [left, setLeft] = useState<string>();
  const refresh = (): void => {
    for (const key of ['issuer-requests', 'session']) void client.invalidateQueries({ queryKey: [key] });
    void client.invalidateQueries(requestQuery(one.id));
  };
  const { signing } = one;
  const under = signing !== undefined && signing.state !== 'ended';
  // An order of mine is followed also after the page was loaded anew; a leader's that is done makes room for the organisation's.
  const mine = job?.as === 'leader' && one.leader !== undefined ? undefined : job?.id;
  const followed = mine ?? (under && signing.signer === session.fullName && signing.jobId !== left ? signing.jobId : undefined);
  if (one.sealedBy !== undefined) {
    return (
      <section className="side-form boxed">
        <h2>{t('req.sign.title')}</h2>
        <p role="status">{t(one.sealedBy === 'organisation' ? 'req.sign.done' : 'req.sealed.installation')}</p>
        <LeaderSigned one={one} />
      </section>
    );
  }
  if ((clerk || leads) && followed !== undefined) {
    const again = (): void => {
      setLeft(followed);
      setJob(undefined);
      refresh();
    };
    return <JobProgress id={followed} onDone={refresh} afterwards={() => <Button onClick={again}>{t('retry')}</Button>} />;
  }
  const reason = signing?.state === 'ended' ? signing.reason : undefined;
  const leadersTurn = one.leader === undefined && one.leaderRule !== 'none';
  const blocked = one.leader === undefined && one.leaderRule === 'required';
  return (
    <>
      {reason === undefined ? null : (
        <p className="note amber">
          <strong>{t('req.sign.failed')}.</strong>{' '}
          {code('reason', reason.replace(/^device\./, ''), t('reason.unknown', { code: reason }))}
        </p>
      )}
      {under ? <p role="status">{t('req.sign.waits', { name: signing.signer })}</p> : null}
      {one.leader === undefined && !leadersTurn ? null : (
        <section className="side-form boxed">
          <h2>{t('req.leader')}</h2>
          <LeaderSigned one={one} />
          {!leadersTurn ? null : leads ? (
            <>
              <p className="hint">{t('req.leader.sign.lead')}</p>
              <Order id={one.id} as="leader" onStarted={setJob} />
            </>
          ) : (
            <p className="hint">{t(blocked ? 'req.leader.required' : 'req.leader.optional')}</p>
          )}
        </section>
      )}
      <section className="side-form boxed">
        <h2>{t('req.sign.title')}</h2>
        <p className="hint">{t('req.sign.lead')}</p>
        {blocked ? null : clerk ? (
          <Order id={one.id} as="organisation" onStarted={setJob} />
        ) : under ? null : (
          <p>{t('req.sign.clerk')}</p>
        )}
      </section>
    </>
  );
}

/** Who led, and when. */
function LeaderSigned({ one: { leader } }: { readonly one: IssuerRequest }) {
  const { t } = useSpeech();
  if (leader === undefined) return null;
  return <p>{t('req.leader.done', { name: leader.signer, at: exactText(leader.at) })}</p>;
}

interface OrderProps {
  readonly id: string;
  readonly as: 'leader' | 'organisation';
  readonly onStarted: (job: { readonly id: string; readonly as: 'leader' | 'organisation' }) => void;
}

/** Which of the keys, and the order to its device. */
function Order({ id, as, onStarted }: OrderProps) {
  const { t } = useSpeech();
  const credentials = useQuery(credentialsQuery(as === 'leader' ? 'person' : 'organisation'));
  const held = credentials.data?.credentials ?? [];
  const [picked, setPicked] = useState<string>();
  const chosen = picked ?? bestCredential(held)?.id;
  const sign = useMutation({
    mutationFn: (credentialId: Sha256) => call(issuerRoutes.sign, { params: { id }, body: { credentialId, as } }),
    onSuccess: (started) => onStarted({ id: started.id, as }),
  });
  if (credentials.data === undefined) return credentials.error === null ? null : <Failure error={credentials.error} />;
  return (
    <>
      {sign.error === null ? null : <Failure error={sign.error} />}
      <CredentialChoice
        legend={t(as === 'leader' ? 'req.leader' : 'req.sign.title')}
        credentials={held}
        chosen={chosen}
        onChoose={setPicked}
      />
      {chosen === undefined ? null : (
        <Button
          wide
          kind="primary"
          icon={as === 'leader' ? 'key' : 'seal'}
          busy={sign.isPending}
          onClick={() => sign.mutate(chosen as Sha256)}
        >
          {t(as === 'leader' ? 'req.leader.sign' : 'req.sign')}
        </Button>
      )}
    </>
  );
}
