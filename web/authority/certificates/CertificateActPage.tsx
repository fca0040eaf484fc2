import '../words.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { issuedRoutes, type RevocationStatement } from '@antin/protocol/authority/issued';
import { suspensionRoutes, type SuspensionStatement } from '@antin/protocol/authority/suspensions';
import { RevocationCause } from '@antin/protocol/certificates/request';
import { DayInput } from '../../ui/DayInput.tsx';
import { Field } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { call } from '../../staff/client.ts';
import { Missing } from '../../staff/Missing.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { SignStatements, type SignedOne } from '../acts/SignStatements.tsx';
import { useCertificateAct, useCertificateName } from '../address.ts';
import { Go, useGo, type CertificateAct } from '../place.tsx';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { certificateQuery, type Detail } from './queries.ts';
import { CertificateTag } from './states.tsx';

/** Revoke, suspend or lift, on a page of its own: check, sign, outcome. */
export function CertificateActPage() {
  const act = useCertificateAct();
  const detail = useQuery({ ...certificateQuery(useCertificateName()), refetchInterval: false, refetchOnWindowFocus: false });
  if (act === undefined) return <Missing />;
  if (detail.data === undefined)
    return (
      <div className="page narrow">
        <Pending query={detail} lines={8} />
      </div>
    );
  return <Loaded act={act} detail={detail.data} />;
}

function Loaded({ act, detail }: { readonly act: CertificateAct; readonly detail: Detail }) {
  const { t, code } = useSpeech();
  const go = useGo();
  const client = useQueryClient();
  const { today } = useSession();
  const [cause, setCause] = useState('');
  const [since, setSince] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState(false);
  const { row } = detail;
  const params = { issuer: row.certificate.issuerSha256, serial: row.certificate.serialHex };
  const back = (): void => go({ to: '/chung-thu/$issuer/$serial', params });
  const finished = (): void => {
    setDone(true);
    void client.invalidateQueries({ queryKey: ['certificates'] });
  };
  const missing = () => [
    ...(act === 'revoke' && cause === '' ? [{ text: t('revoke.cause.error'), field: 'act-cause' }] : []),
    ...(reason.trim().length < 3
      ? [{ text: t(act === 'revoke' ? 'revoke.reason.error' : 'act.reason.error'), field: 'act-reason' }]
      : []),
  ];
  const error = (field: string) => (tried ? missing().find((line) => line.field === field)?.text : undefined);
  if (done)
    return (
      <div className="page act">
        <header className="page-head">
          <h1>{t(`${act}.done`)}</h1>
        </header>
        <div className="note ink" role="status">
          <Icon name="check" /> <strong>{row.name}</strong>
          <p>{t(`${act}.done.text`)}</p>
        </div>
        <div className="actions">
          <Go place={{ to: '/chung-thu/$issuer/$serial', params }} className="button primary">
            {t('outcome.see-certificate')}
          </Go>
          <Go place={{ to: act === 'revoke' ? '/chung-thu' : '/tam-dung' }} className="button">
            {t(act === 'revoke' ? 'place.certificates' : 'place.suspended')}
          </Go>
        </div>
      </div>
    );
  const shared = {
    button: t(`${act}.sign`),
    danger: act !== 'lift',
    missing: () => {
      setTried(true);
      return missing();
    },
    onDone: finished,
    onBack: back,
    children: (
      <>
        <p className="lead">{t(`${act}.lead`)}</p>
        {act === 'revoke' ? (
          <>
            <Field id="act-cause" label={t('revoke.cause')} error={error('act-cause')}>
              {(attributes) => (
                <select {...attributes} value={cause} onChange={(event) => setCause(event.target.value)}>
                  <option value="">{t('revoke.cause.choose')}</option>
                  {RevocationCause.options.map((one) => (
                    <option key={one} value={one}>
                      {code('cause', one)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field id="act-since" label={t('revoke.since')} hint={t('revoke.since.hint')} optional={t('optional')}>
              {(attributes) => (
                <DayInput
                  attributes={attributes}
                  value={since}
                  onChange={setSince}
                  min={dayOf(row.notBefore)}
                  max={today}
                  calendarLabel={t('calendar')}
                />
              )}
            </Field>
          </>
        ) : null}
        <Field
          id="act-reason"
          label={t(act === 'revoke' ? 'revoke.reason' : 'act.reason')}
          {...(act === 'revoke' ? { hint: t('revoke.reason.hint') } : {})}
          error={error('act-reason')}
        >
          {(attributes) => (
            <textarea
              {...attributes}
              rows={3}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <section className="shown">
          <dl className="facts">
            <div>
              <dt>{t('certs.subject')}</dt>
              <dd>
                <strong>{row.name}</strong>
              </dd>
            </div>
            <div>
              <dt>{t('cert.profile')}</dt>
              <dd>{code('profile', row.profile)}</dd>
            </div>
            {row.agency === undefined ? null : (
              <div>
                <dt>{t('cert.agency')}</dt>
                <dd>{row.agency.name}</dd>
              </div>
            )}
            <div>
              <dt>{t('certs.validity')}</dt>
              <dd className="num">
                {dayText(dayOf(row.notBefore))} – {dayText(dayOf(row.notAfter))}
              </dd>
            </div>
            <div>
              <dt>{t('cert.serial')}</dt>
              <dd className="mono">{row.certificate.serialHex}</dd>
            </div>
            <div>
              <dt>{t('col.state')}</dt>
              <dd>
                <CertificateTag state={row.state} />
              </dd>
            </div>
          </dl>
        </section>
      </>
    ),
  };
  return (
    <div className="page act">
      <header className="page-head">
        <h1>{t(`${act}.title`)}</h1>
        <p className="hint">
          <Go place={{ to: '/chung-thu/$issuer/$serial', params }}>{row.name}</Go>
        </p>
      </header>
      {!detail.may.includes(act) ? (
        <div className="note amber">
          <strong>{t('act.not-allowed')}</strong>
          <p>{t('act.not-allowed.text')}</p>
        </div>
      ) : act === 'revoke' ? (
        <SignStatements<RevocationStatement, unknown>
          {...shared}
          statements={(said) => [
            {
              ...{ type: 'antin.revocation', certificate: row.certificate, cause: cause as RevocationCause },
              ...(since === '' ? {} : { since }),
              reason: reason.trim(),
              ...said,
            },
          ]}
          perform={([one]) => call(issuedRoutes.revoke, { body: one as SignedOne<RevocationStatement> })}
        />
      ) : (
        <SignStatements<SuspensionStatement, unknown>
          {...shared}
          statements={(said) => [{ type: 'antin.suspension', certificate: row.certificate, act, reason: reason.trim(), ...said }]}
          perform={([one]) =>
            call(act === 'suspend' ? suspensionRoutes.suspend : suspensionRoutes.lift, {
              body: one as SignedOne<SuspensionStatement>,
            })
          }
        />
      )}
    </div>
  );
}
