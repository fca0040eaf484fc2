import '../words.ts';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { nameText } from '@antin/pki/x509/name';
import { issuedRoutes } from '@antin/protocol/authority/issued';
import { Icon } from '../../ui/Icon.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { dayOf, dayText, exactText, instantText } from '../../i18n/dates.ts';
import { addressOf } from '../../staff/client.ts';
import { Pending } from '../../staff/Pending.tsx';
import { useCertificateName } from '../address.ts';
import { commonName } from '../common-name.ts';
import { Go } from '../place.tsx';
import { RequestTag } from '../requests/states.tsx';
import { useSpeech } from '../speech.ts';
import { CertificateActs } from './CertificateActs.tsx';
import { Happenings } from './Happenings.tsx';
import { certificateQuery, type Detail } from './queries.ts';
import { certificateOf, daysOf, ocspSaid, subjectOf } from './read.ts';
import { CertificateTag } from './states.tsx';
import { TechnicalFacts } from './TechnicalFacts.tsx';

/** One certificate: what it says, what OCSP says of it now, where it comes from, who did what, and what may be done. */
export function CertificatePage() {
  const name = useCertificateName();
  const detail = useQuery(certificateQuery(name));
  if (detail.data === undefined)
    return (
      <div className="page">
        <Pending query={detail} lines={10} />
      </div>
    );
  return <Loaded key={name.serialHex} detail={detail.data} />;
}

const TABS = ['facts', 'acts', 'journal', 'technical'] as const;

function Loaded({ detail }: { readonly detail: Detail }) {
  const { t, code } = useSpeech();
  const [tab, setTab] = useState<(typeof TABS)[number]>('facts');
  const { row } = detail;
  const certificate = useMemo(() => certificateOf(detail.der), [detail.der]);
  const params = { issuer: row.certificate.issuerSha256, serial: row.certificate.serialHex };
  return (
    <div className="page request">
      <header className="request-head">
        <div className="request-title">
          <h1>{row.name}</h1>
          <p className="document-line">
            <CertificateTag state={row.state} /> <span>{code('profile', row.profile)}</span>{' '}
            {row.agency === undefined ? null : <span>{row.agency.name}</span>}
          </p>
        </div>
        <div className="request-acts no-print">
          <div className="actions">
            {detail.may.includes('lift') ? (
              <Go
                place={{ to: '/chung-thu/$issuer/$serial/$act', params: { ...params, act: 'lift' } }}
                className="button primary"
                main
              >
                {t('cert.lift')}
              </Go>
            ) : null}
            {detail.may.includes('suspend') ? (
              <Go place={{ to: '/chung-thu/$issuer/$serial/$act', params: { ...params, act: 'suspend' } }} className="button">
                {t('cert.suspend')}
              </Go>
            ) : null}
            {detail.may.includes('revoke') ? (
              <Go
                place={{ to: '/chung-thu/$issuer/$serial/$act', params: { ...params, act: 'revoke' } }}
                className="button danger"
              >
                {t('cert.revoke')}
              </Go>
            ) : null}
            <a className="button" href={addressOf(issuedRoutes.file, { params: row.certificate })} download>
              <Icon name="download" size={16} /> {t('cert.download')} (.cer)
            </a>
          </div>
        </div>
      </header>
      <Tabs label={row.name} items={TABS.map((id) => ({ id, text: t(`cert.tab.${id}`) }))} chosen={tab} onChoose={setTab} />
      <div id={`${tab}-panel`} role="tabpanel" aria-labelledby={`${tab}-tab`} tabIndex={0} className="request-columns">
        {tab === 'facts' ? (
          <>
            <div className="request-main">
              <Facts detail={detail} certificate={certificate} />
            </div>
            <aside className="request-side">
              <OcspNow detail={detail} />
              <Origin detail={detail} />
            </aside>
          </>
        ) : tab === 'acts' ? (
          <CertificateActs detail={detail} />
        ) : tab === 'journal' ? (
          <Happenings detail={detail} />
        ) : (
          <TechnicalFacts certificate={certificate} />
        )}
      </div>
    </div>
  );
}

function Facts({ detail, certificate }: { readonly detail: Detail; readonly certificate: ReturnType<typeof certificateOf> }) {
  const { t, code, lang } = useSpeech();
  const { row } = detail;
  const { days, left } = daysOf(certificate, Date.now());
  const usage = [...(certificate.keyUsage ?? []), ...(certificate.extKeyUsage ?? [])].map((one) => code('usage', one));
  const over = left <= 0 || row.state === 'revoked';
  const span = {
    ...{ from: dayText(dayOf(row.notBefore)), to: dayText(dayOf(row.notAfter)) },
    ...{ days: days.toLocaleString(lang), left: left.toLocaleString(lang) },
  };
  const held = row.state === 'suspended';
  return (
    <section className="shown">
      <dl className="facts">
        {subjectOf(certificate).map(([key, value], at) => (
          <div key={`${key}${at}`}>
            <dt>{code('dn', key.slice(3), key.slice(3))}</dt>
            <dd>{key === 'dn.2.5.4.3' ? <strong>{value}</strong> : value}</dd>
          </div>
        ))}
        <div>
          <dt>{t('certs.validity')}</dt>
          <dd className="num">
            {t(over ? 'cert.validity.over' : 'cert.validity', span)}
            {over ? null : <ValidityBar days={days} left={left} />}
          </dd>
        </div>
        {usage.length === 0 ? null : (
          <div>
            <dt>{t('cert.usage')}</dt>
            <dd>{usage.join('; ')}</dd>
          </div>
        )}
        <div>
          <dt>{t('cert.issuer')}</dt>
          <dd>
            <Go place={{ to: '/ca' }}>{commonName(nameText(certificate.issuer))}</Go>
          </dd>
        </div>
        {detail.issuedAt === undefined ? null : (
          <div>
            <dt>{t('cert.issued-at')}</dt>
            <dd>{exactText(detail.issuedAt)}</dd>
          </div>
        )}
        <div>
          <dt>{t('cert.serial')}</dt>
          <dd className="mono">{row.certificate.serialHex}</dd>
        </div>
        {row.revokedAt === undefined ? null : (
          <>
            <div>
              <dt>{t(held ? 'cert.suspended-at' : 'cert.revoked-at')}</dt>
              <dd>{exactText(row.revokedAt)}</dd>
            </div>
            {held ? null : (
              <div>
                <dt>{t('item.cause')}</dt>
                <dd>
                  {row.cause === undefined ? '' : <strong>{code('cause', row.cause)}</strong>}
                  {row.reason === undefined ? null : <small>{code('reasoncode', String(row.reason))} (RFC 5280)</small>}
                </dd>
              </div>
            )}
            {detail.revokedBy === undefined ? null : (
              <div>
                <dt>{t(held ? 'cert.suspended-by' : 'cert.revoked-by')}</dt>
                <dd>{detail.revokedBy.fullName}</dd>
              </div>
            )}
          </>
        )}
      </dl>
    </section>
  );
}

/** How much of the time is over; the same number stands beside it in words. */
export function ValidityBar({ days, left }: { readonly days: number; readonly left: number }) {
  const share = days <= 0 ? 0 : Math.max(0, Math.min(100, (left / days) * 100));
  return (
    <span className={left <= 60 ? 'validity-bar soon' : 'validity-bar'} aria-hidden="true">
      <span style={{ width: `${share}%` }} />
    </span>
  );
}

function OcspNow({ detail }: { readonly detail: Detail }) {
  const { t } = useSpeech();
  const said = ocspSaid(detail.ocsp);
  if (said === undefined)
    return (
      <section>
        <h2>{t('cert.status')}</h2>
        <p>
          <strong>{t('cert.status.none')}</strong>
        </p>
        <p className="hint">{t('cert.status.none.text')}</p>
      </section>
    );
  const { kind } = said.status;
  const registered = detail.row.state === 'revoked' || detail.row.state === 'suspended';
  return (
    <section>
      <h2>{t('cert.status')}</h2>
      <p className={kind === 'good' ? 'ocsp-said good' : 'ocsp-said'}>
        <Icon name={kind === 'good' ? 'good' : kind === 'revoked' ? 'bad' : 'warn'} size={18} /> {t(`cert.status.${kind}`)}
      </p>
      <p className="hint">
        {t('cert.status.times', {
          at: exactText(said.thisUpdate),
          until: said.nextUpdate === undefined ? '–' : instantText(said.nextUpdate),
        })}
      </p>
      {(kind === 'revoked') === registered ? null : <p className="note amber">{t('cert.status.differs')}</p>}
    </section>
  );
}

function Origin({ detail }: { readonly detail: Detail }) {
  const { t, code } = useSpeech();
  const { request, open } = detail;
  return (
    <section>
      <h2>{t('cert.request')}</h2>
      {request === undefined ? (
        <p className="hint">{t('cert.request.none')}</p>
      ) : (
        <p>
          <Go place={{ to: '/yeu-cau/$id', params: { id: request.id } }}>{request.subject}</Go>
          <small className="block-small">
            {code('act', request.act)} · {instantText(request.receivedAt)}
            {request.number === undefined ? '' : ` · ${request.number}`}
          </small>
          <RequestTag state={request.state} />
        </p>
      )}
      {open.length === 0 ? null : (
        <>
          <h2>{t('cert.open')}</h2>
          <ul className="plain-list">
            {open.map((one) => (
              <li key={one.id}>
                <Go place={{ to: '/yeu-cau/$id', params: { id: one.id } }}>{code('act', one.act)}</Go>{' '}
                <RequestTag state={one.state} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
