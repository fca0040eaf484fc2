import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Sha256 } from '@antin/protocol/basics';
import { issuerRoutes, type IssuerRequest } from '@antin/protocol/office/issuers';
import { Button } from '../../ui/Button.tsx';
import { call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { requestQuery } from '../data/issuer-queries.ts';
import { credentialsQuery } from '../data/signing-queries.ts';
import { useSession } from '../data/session-query.ts';
import { bestCredential, CredentialChoice } from '../signing/CredentialChoice.tsx';
import { JobProgress } from '../signing/JobProgress.tsx';

/** The organisation's signature under a prepared request: who gives it, how far it is, and that it is there. */
export function RequestSignature({ one }: { readonly one: IssuerRequest }) {
  const { t, code } = useSpeech();
  const client = useQueryClient();
  const session = useSession();
  const clerk = session.positions.some((held) => held.id === session.positionId && held.roles.includes('clerk'));
  const [job, setJob] = useState<string>();
  const [left, setLeft] = useState<string>();
  const refresh = (): void => {
    for (const key of ['issuer-requests', 'session']) void client.invalidateQueries({ queryKey: [key] });
    void client.invalidateQueries(requestQuery(one.id));
  };
  const { signing } = one;
  const under = signing !== undefined && signing.state !== 'ended';
  // An order of mine is followed also after the page was loaded anew.
  const followed = job ?? (under && signing.signer === session.fullName && signing.jobId !== left ? signing.jobId : undefined);
  if (one.sealedBy !== undefined) {
    return (
      <section className="side-form boxed">
        <h2>{t('req.sign.title')}</h2>
        <p role="status">{t(one.sealedBy === 'organisation' ? 'req.sign.done' : 'req.sealed.installation')}</p>
      </section>
    );
  }
  if (clerk && followed !== undefined) {
    const again = (): void => {
      setLeft(followed);
      setJob(undefined);
      refresh();
    };
    return <JobProgress id={followed} onDone={refresh} afterwards={() => <Button onClick={again}>{t('retry')}</Button>} />;
  }
  const reason = signing?.state === 'ended' ? signing.reason : undefined;
  return (
    <section className="side-form boxed">
      <h2>{t('req.sign.title')}</h2>
      <p className="hint">{t('req.sign.lead')}</p>
      {reason === undefined ? null : (
        <p className="note amber">
          <strong>{t('req.sign.failed')}.</strong>{' '}
          {code('reason', reason.replace(/^device\./, ''), t('reason.unknown', { code: reason }))}
        </p>
      )}
      {under ? <p role="status">{t('req.sign.waits', { name: signing.signer })}</p> : null}
      {clerk ? <Order id={one.id} onStarted={setJob} /> : under ? null : <p>{t('req.sign.clerk')}</p>}
    </section>
  );
}

/** Which of the organisation's keys, and the order to its device. */
function Order({ id, onStarted }: { readonly id: string; readonly onStarted: (job: string) => void }) {
  const { t } = useSpeech();
  const credentials = useQuery(credentialsQuery('organisation'));
  const held = credentials.data?.credentials ?? [];
  const [picked, setPicked] = useState<string>();
  const chosen = picked ?? bestCredential(held)?.id;
  const sign = useMutation({
    mutationFn: (credentialId: Sha256) => call(issuerRoutes.sign, { params: { id }, body: { credentialId } }),
    onSuccess: (started) => onStarted(started.id),
  });
  if (credentials.data === undefined) return credentials.error === null ? null : <Failure error={credentials.error} />;
  return (
    <>
      {sign.error === null ? null : <Failure error={sign.error} />}
      <CredentialChoice legend={t('req.sign.title')} credentials={held} chosen={chosen} onChoose={setPicked} />
      {chosen === undefined ? null : (
        <Button wide kind="primary" icon="seal" busy={sign.isPending} onClick={() => sign.mutate(chosen as Sha256)}>
          {t('req.sign')}
        </Button>
      )}
    </>
  );
}
