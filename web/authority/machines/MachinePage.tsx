import '../words.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { enrolmentRoutes } from '@antin/protocol/authority/enrolment';
import { RevocationCause } from '@antin/protocol/certificates/request';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { ProblemSummary } from '../../ui/ProblemSummary.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText, instantText } from '../../i18n/dates.ts';
import { call, type AnswerOf } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { problemText } from '../../staff/problem-lines.ts';
import { CertificateTag } from '../certificates/states.tsx';
import { useId } from '../address.ts';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';
import { lastDay, MachineTag } from './MachinesPage.tsx';
import { machineQuery } from './queries.ts';

type Machine = AnswerOf<typeof enrolmentRoutes.one>;

/** One machine: what it may have, what it fetched, which keys it uses, and how its permission ends. */
export function MachinePage() {
  const machine = useQuery(machineQuery(useId()));
  if (machine.data === undefined)
    return (
      <div className="page">
        <Pending query={machine} lines={8} />
      </div>
    );
  return <Loaded machine={machine.data} />;
}

function Loaded({ machine }: { readonly machine: Machine }) {
  const { t, code } = useSpeech();
  const client = useQueryClient();
  const { account, certificates, keys, may } = machine;
  const params = { id: account.id };
  const again = () => client.invalidateQueries({ queryKey: ['machines'] });
  const closeKey = useMutation({
    mutationFn: (keyId: string) => call(enrolmentRoutes.closeKey, { params: { ...params, keyId } }),
    onSettled: again,
  });
  return (
    <div className="page request">
      <header className="request-head">
        <div className="request-title">
          <h1>{account.subject}</h1>
          <p className="document-line">
            <MachineTag state={account.state} /> <span>{account.agencyName}</span> <span>{code('profile', account.profile)}</span>
          </p>
        </div>
        <div className="request-acts no-print">
          <div className="actions">
            {may.includes('close') ? <End kind="close" id={account.id} onDone={again} /> : null}
            {may.includes('withdraw') ? <End kind="withdraw" id={account.id} onDone={again} /> : null}
          </div>
        </div>
      </header>
      <section className="shown">
        <dl className="facts">
          <div>
            <dt>{t('machines.account')}</dt>
            <dd className="mono">{account.kid}</dd>
          </div>
          <div>
            <dt>{t('machines.hosts')}</dt>
            <dd className="mono">{account.hostNames.join(', ') || '–'}</dd>
          </div>
          <div>
            <dt>{t('machines.request')}</dt>
            <dd>
              <Go place={{ to: '/yeu-cau/$id', params: { id: account.itemId } }}>{account.subject}</Go>
            </dd>
          </div>
          <div>
            <dt>{t('machines.until')}</dt>
            <dd className="num">{lastDay(account.expiresAt)}</dd>
          </div>
          <div>
            <dt>{t('machines.opened-by')}</dt>
            <dd>
              {account.openedBy.fullName} <small>{instantText(account.openedAt)}</small>
            </dd>
          </div>
          {account.closedBy === undefined || account.closedAt === undefined ? null : (
            <div>
              <dt>{t('machines.closed-by')}</dt>
              <dd>
                {account.closedBy.fullName} <small>{instantText(account.closedAt)}</small>
              </dd>
            </div>
          )}
          <div>
            <dt>{t('machines.used')}</dt>
            <dd>
              {account.lastUsed === undefined
                ? t('machines.never')
                : `${instantText(account.lastUsed.at)} (${account.lastUsed.over.toUpperCase()})`}
            </dd>
          </div>
        </dl>
      </section>
      <section className="block">
        <h2>{t('machines.fetched')}</h2>
        {certificates.length === 0 ? <p className="hint">{t('machines.fetched.none')}</p> : null}
        <ul className="plain-list">
          {certificates.map((one) => (
            <li key={one.serialHex}>
              <CertificateTag state={one.state} />{' '}
              <Go place={{ to: '/chung-thu/$issuer/$serial', params: { issuer: one.issuerSha256, serial: one.serialHex } }}>
                {one.hostNames.join(', ') || one.serialHex}
              </Go>{' '}
              <small className="num">
                {dayText(dayOf(one.notBefore))} – {dayText(dayOf(one.notAfter))}
              </small>
            </li>
          ))}
        </ul>
      </section>
      <section className="block">
        <h2>{t('machines.keys')}</h2>
        {keys.length === 0 ? <p className="hint">{t('machines.keys.none')}</p> : null}
        <ul className="plain-list">
          {keys.map((key) => (
            <li key={key.id}>
              <Tag tone={key.state === 'valid' ? 'green' : 'plain'} text={t(`machines.key.${key.state}`)} />{' '}
              <span className="mono">{key.thumbprint}</span> <small>{instantText(key.boundAt)}</small>{' '}
              {key.state === 'valid' && may.includes('close-key') ? (
                <Button small busy={closeKey.isPending} onClick={() => closeKey.mutate(key.id)}>
                  {t('machines.key.close')}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** Closing leaves certificates as they are; withdrawing revokes them, with a legal cause. */
function End({ kind, id, onDone }: { readonly kind: 'close' | 'withdraw'; readonly id: string; readonly onDone: () => void }) {
  const { t, code, lang } = useSpeech();
  const [open, setOpen] = useState(false);
  const [cause, setCause] = useState<RevocationCause>('device-stopped');
  const end = useMutation({
    mutationFn: async () => {
      if (kind === 'close') await call(enrolmentRoutes.close, { params: { id } });
      else await call(enrolmentRoutes.withdraw, { params: { id }, body: { cause } });
    },
    onSuccess: () => {
      setOpen(false);
      onDone();
    },
  });
  const problem = end.error === null ? undefined : problemText(end.error, lang);
  return (
    <>
      <Button kind={kind === 'withdraw' ? 'danger' : 'plain'} onClick={() => setOpen(true)}>
        {t(`machines.${kind}`)}
      </Button>
      <Dialog title={t(`machines.${kind}`)} open={open} onClose={() => setOpen(false)}>
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        <p>{t(`machines.${kind}.text`)}</p>
        {kind === 'withdraw' ? (
          <Field label={t('revoke.cause')}>
            {(attributes) => (
              <select
                {...attributes}
                value={cause}
                onChange={(event) => setCause(RevocationCause.options.find((one) => one === event.target.value) ?? cause)}
              >
                {RevocationCause.options.map((one) => (
                  <option key={one} value={one}>
                    {code('cause', one)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
        <div className="actions">
          <Button kind={kind === 'withdraw' ? 'danger' : 'primary'} busy={end.isPending} onClick={() => end.mutate()}>
            {t(`machines.${kind}`)}
          </Button>
          <Button onClick={() => setOpen(false)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </>
  );
}
