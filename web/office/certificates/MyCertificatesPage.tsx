import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { certificateRoutes, type CertificateRow } from '@antin/protocol/office/certificates';
import type { Sha256 } from '@antin/protocol/basics';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { call, type AnswerOf } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { mineQuery, myHandOversQuery } from '../data/certificate-queries.ts';
import { useSession } from '../data/session-query.ts';
import { credentialsQuery } from '../data/signing-queries.ts';
import { JobProgress } from '../signing/JobProgress.tsx';
import { CertificateNav } from './CertificateNav.tsx';
import { Expiry } from './Expiry.tsx';
import { PutSigned, RecordLink } from './HandOvers.tsx';
import { CertificateTag, KeyDeviceTag } from './tags.tsx';

/** What I hold, until when, and what waits for my signature. */
export function MyCertificatesPage() {
  const { t } = useSpeech();
  const session = useSession();
  const mine = useQuery(mineQuery);
  const waiting = useQuery(myHandOversQuery);
  const officer = session.positions.some((held) => held.id === session.positionId && held.roles.includes('certificate-officer'));
  const items = waiting.data?.items ?? [];
  return (
    <div className="page">
      <h1>{t('mine.title')}</h1>
      {officer ? <CertificateNav /> : null}
      {items.length === 0 ? null : (
        <section className="block">
          <h2>{t('hand.mine')}</h2>
          {items.map((one) => (
            <Receive key={one.id} one={one} />
          ))}
        </section>
      )}
      {mine.data === undefined ? (
        <Pending query={mine} />
      ) : mine.data.items.length === 0 ? (
        <Empty title={t('mine.none')}>
          <p>{t('mine.none.text')}</p>
          <Link to="/thiet-bi">{t('place.devices')}</Link>
        </Empty>
      ) : (
        <ul className="certificate-cards">
          {mine.data.items.map((row) => (
            <Card key={row.id} row={row} />
          ))}
        </ul>
      )}
      <p className="hint">{t('mine.help')}</p>
    </div>
  );
}

function Card({ row }: { readonly row: CertificateRow }) {
  const { t } = useSpeech();
  return (
    <li className="certificate-card">
      <div className="certificate-card-head">
        <Icon name={row.form === '02' ? 'seal' : 'key'} size={22} />
        <div>
          <h2>
            <Link to="/chung-thu-so/$id" params={{ id: row.id }} className="row-link" data-row="">
              {row.name}
            </Link>
          </h2>
          <p className="hint">{[row.title, row.unit, row.agencyName].filter(Boolean).join(', ')}</p>
        </div>
        <CertificateTag state={row.state} />
      </div>
      {row.notBefore === undefined || row.notAfter === undefined ? null : (
        <Expiry notBefore={row.notBefore} notAfter={row.notAfter} />
      )}
      <p className="hint">
        {t(`device-kind.${row.deviceKind}`)}
        {row.deviceSerial === undefined ? '' : ` ${row.deviceSerial}`}{' '}
        {row.deviceState === undefined ? null : <KeyDeviceTag state={row.deviceState} />}
      </p>
      {row.serialHex === undefined ? null : (
        <p className="hint">
          {t('cert.serial')} <span className="mono">{row.serialHex}</span>
        </p>
      )}
    </li>
  );
}

type Waiting = AnswerOf<typeof certificateRoutes.myHandOvers>['items'][number];

/** Sign the record with the very key that was received, on a paired device or elsewhere. */
function Receive({ one }: { readonly one: Waiting }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const credentials = useQuery(credentialsQuery('person'));
  const [job, setJob] = useState<string>();
  const key = credentials.data?.credentials.find((credential) => credential.id === one.certificateSha256);
  const sign = useMutation({
    mutationFn: (credentialId: Sha256) =>
      call(certificateRoutes.signHandOver, { params: { id: one.id }, body: { credentialId } }),
    onSuccess: (started) => setJob(started.id),
  });
  const refresh = (): void => {
    for (const name of ['my-hand-overs', 'my-certificates', 'certificate', 'session'])
      void client.invalidateQueries({ queryKey: [name] });
  };
  return (
    <div className="receive">
      <p>{t('hand.mine.text', { giver: one.giver, name: one.name })}</p>
      {sign.error === null ? null : <Failure error={sign.error} />}
      {job === undefined ? (
        <div className="actions">
          <RecordLink one={one} />
          <Button
            kind="primary"
            icon="pen"
            busy={sign.isPending}
            why={key === undefined ? t('hand.sign.no-key') : undefined}
            onClick={() => key !== undefined && sign.mutate(key.id)}
          >
            {t('hand.sign')}
          </Button>
        </div>
      ) : (
        <JobProgress
          id={job}
          onDone={refresh}
          afterwards={() => <Button onClick={() => setJob(undefined)}>{t('retry')}</Button>}
        />
      )}
      <PutSigned id={one.id} certificateId={one.certificateId} />
    </div>
  );
}
