import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { certificateRoutes, type CertificateActKind, type CertificateView } from '@antin/protocol/office/certificates';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText, instantText } from '../../i18n/dates.ts';
import { addressOf, call } from '../../staff/client.ts';
import { useSpeech } from '../../staff/language.tsx';
import { Failure } from '../../staff/Failure.tsx';
import { Pending } from '../../staff/Pending.tsx';
import { certificateQuery } from '../data/certificate-queries.ts';
import { useSession } from '../data/session-query.ts';
import { History } from '../shell/History.tsx';
import { AskDialog } from './AskDialog.tsx';
import { Expiry } from './Expiry.tsx';
import { HandOverForm } from './HandOverForm.tsx';
import { HandOvers } from './HandOvers.tsx';
import { OwnerDialog } from './OwnerDialog.tsx';
import { ReportDialog } from './ReportDialog.tsx';
import { CertificateTag, KeyDeviceTag } from './tags.tsx';

/** One certificate: whose, until when, on which device, what is asked, what happened, and what can be done now. */
export function CertificatePage() {
  const { id } = useParams({ from: '/chung-thu-so/$id' });
  const view = useQuery(certificateQuery(id));
  if (view.data === undefined) {
    return (
      <div className="page">
        <Pending query={view} lines={8} />
      </div>
    );
  }
  return <Certificate key={id} view={view.data} />;
}

type Open = 'owner' | 'change-owner' | CertificateActKind | 'hand-over' | 'report-device' | 'return-device';

function Certificate({ view }: { readonly view: CertificateView }) {
  const { t } = useSpeech();
  const session = useSession();
  const [open, setOpen] = useState<Open>();
  const roles = session.positions.find((held) => held.id === session.positionId)?.roles ?? [];
  const officer = roles.includes('certificate-officer');
  return (
    <div className="page certificate">
      <header className="page-head">
        <div>
          <p className="crumbs no-print">
            {officer ? <Link to="/chung-thu-so">{t('cert.title')}</Link> : <Link to="/chung-thu-cua-toi">{t('mine.title')}</Link>}
          </p>
          <p className="print-only">{t('cert.print.title')}</p>
          <h1>{view.name}</h1>
          <p className="agency-line">
            {[view.title, view.unit, view.agencyName].filter(Boolean).join(', ')}
            {' · '}
            {t(`form.full.${view.form}`)}
          </p>
        </div>
        <div className="actions">
          {view.ownerUnknown === true ? (
            <Tag tone="amber" icon="help" text={t('owner.unknown')} />
          ) : (
            <CertificateTag state={view.state} />
          )}
          <span className="no-print">
            <Button small icon="print" onClick={() => window.print()}>
              {t('cert.print')}
            </Button>
          </span>
        </div>
      </header>
      {view.ownerUnknown === true && officer ? (
        <div className="note amber no-print">
          <p>{t('owner.unknown.text')}</p>
          <div className="actions">
            <Button small kind="primary" onClick={() => setOpen('owner')}>
              {t('owner.choose')}
            </Button>
          </div>
        </div>
      ) : null}
      {open === 'owner' || open === 'change-owner' ? (
        <OwnerDialog
          certificateId={view.id}
          subject={view.serialHex ?? ''}
          {...(open === 'owner' ? {} : { instead: { name: view.owner ?? view.name, version: view.version } })}
          onClose={() => setOpen(undefined)}
          onChosen={() => setOpen(undefined)}
        />
      ) : null}
      <div className="issue-columns">
        <div className="issue-main">
          {/* What has ended before its time has no time left. */}
          {view.notBefore === undefined || view.notAfter === undefined || view.endedAt !== undefined ? null : (
            <Expiry notBefore={view.notBefore} notAfter={view.notAfter} />
          )}
          <Facts view={view} />
          <HandOvers view={view} officer={officer} />
          <Acts view={view} officer={officer} />
          {view.history.length === 0 ? null : (
            <section>
              <h2>{t('cert.history')}</h2>
              <History entries={view.history} />
            </section>
          )}
          <p className="print-only hint">{t('cert.print.at', { time: instantText(Date.now()), who: session.fullName })}</p>
        </div>
        {officer ? (
          <aside className="issue-side no-print">
            {open === 'hand-over' ? (
              <HandOverForm view={view} onClose={() => setOpen(undefined)} />
            ) : (
              <WhatNow view={view} onOpen={setOpen} />
            )}
          </aside>
        ) : null}
      </div>
      {open === 'renew' || open === 'change' || open === 'revoke' || open === 'recover-device' ? (
        <AskDialog view={view} act={open} onClose={() => setOpen(undefined)} />
      ) : null}
      {(open === 'report-device' || open === 'return-device') && view.device !== undefined ? (
        <ReportDialog
          device={view.device}
          preset={open === 'return-device' ? 'returned' : undefined}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </div>
  );
}

/** What the page offers; what cannot be done says why. What has no meaning in this state stays away. */
function WhatNow({ view, onOpen }: { readonly view: CertificateView; readonly onOpen: (act: Open) => void }) {
  const { t, code } = useSpeech();
  const offered = view.offered.filter(
    (one) => one.act !== 'activate' && (one.allowed || one.act === 'renew' || one.act === 'revoke'),
  );
  const first = offered.find((one) => one.allowed && one.act === 'hand-over');
  return (
    <section className="side-form boxed">
      <h2>{t('cert.what-now')}</h2>
      {offered.map((one) => (
        <Button
          key={one.act}
          wide
          kind={one === first ? 'primary' : one.act === 'revoke' && one.allowed ? 'danger' : 'plain'}
          why={one.allowed ? undefined : code('code', one.why ?? '', one.why)}
          onClick={() => onOpen(one.act as Open)}
        >
          {t(`cert.do.${one.act}`)}
        </Button>
      ))}
    </section>
  );
}

function Facts({ view }: { readonly view: CertificateView }) {
  const { t, code } = useSpeech();
  const { subject, device } = view;
  const keeper = subject?.form === '01' ? subject : subject?.keeper;
  const rows: readonly (readonly [string, string | undefined, boolean?])[] = [
    [t('cert.detail.mail'), keeper?.mail],
    [t('cert.detail.phone'), keeper?.phone],
    [t('cert.serial'), view.serialHex, true],
    [t('cert.detail.issuer'), view.issuer],
    [
      t('cert.detail.valid'),
      view.notBefore === undefined || view.notAfter === undefined
        ? undefined
        : `${dayText(dayOf(view.notBefore))} – ${dayText(dayOf(view.notAfter))}`,
    ],
    [t('cert.detail.fingerprint'), view.sha256, true],
    [t('cert.detail.renewals'), view.renewals === 0 ? undefined : String(view.renewals)],
    [
      t('cert.detail.ended'),
      view.endedAt === undefined
        ? undefined
        : `${instantText(view.endedAt)}${view.endCause === undefined ? '' : ` · ${code('cause', view.endCause)}`}`,
    ],
  ];
  return (
    <dl className="facts">
      {rows.map(([label, value, mono]) =>
        value === undefined ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={mono === true ? 'mono' : ''}>{value}</dd>
          </div>
        ),
      )}
      <div>
        <dt>{t('cert.device')}</dt>
        <dd>
          {t(`device-kind.${view.deviceKind}`)}
          {device === undefined ? null : (
            <>
              {' '}
              <span className="num">{device.serial}</span> <KeyDeviceTag state={device.state} />
              <small>
                {t('key-device.with')} {device.withWhom}
                {device.returnBy === undefined ? '' : ` · ${t('key-device.return-by')} ${dayText(device.returnBy)}`}
              </small>
            </>
          )}
        </dd>
      </div>
      {(['replaces', 'replacedBy'] as const).map((name) =>
        view[name] === undefined ? null : (
          <div key={name}>
            <dt>{t(name === 'replaces' ? 'cert.detail.replaces' : 'cert.detail.replaced-by')}</dt>
            <dd>
              <Link to="/chung-thu-so/$id" params={{ id: view[name] }}>
                {t('cert.detail.open')}
              </Link>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Acts({ view, officer }: { readonly view: CertificateView; readonly officer: boolean }) {
  const { t } = useSpeech();
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (id: string) => call(certificateRoutes.withdrawAct, { params: { id } }),
    onSuccess: (changed) => client.setQueryData(certificateQuery(view.id).queryKey, changed),
  });
  if (view.acts.length === 0) return null;
  return (
    <section>
      <h2>{t('cert.acts')}</h2>
      {withdraw.error === null ? null : <Failure error={withdraw.error} />}
      <ul className="lined">
        {view.acts.map((act) => (
          <li key={act.id}>
            <div>
              <strong>{t(`cert.act.${act.act}`)}</strong>{' '}
              <Tag
                tone={
                  act.state === 'done' ? 'green' : act.state === 'refused' ? 'red' : act.state === 'withdrawn' ? 'plain' : 'ink'
                }
                text={t(`cert.act-state.${act.state}`)}
              />
              <small>
                {[
                  t('cert.act.by', { who: act.askedBy, time: instantText(act.askedAt) }),
                  act.cause === undefined ? '' : t(`cause.${act.cause}`),
                  act.reason,
                  act.dueOn === undefined || act.state === 'done' ? '' : t('cert.act.due', { day: dayText(act.dueOn) }),
                  act.answer,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </small>
            </div>
            <div className="actions no-print">
              <a
                className="button small"
                href={addressOf(certificateRoutes.actForm, { params: { id: act.id } })}
                target="_blank"
                rel="noreferrer"
              >
                {t('cert.act.form')}
              </a>
              {act.requestId === undefined ? null : (
                <Link className="button small" to="/ho-so-cap/$id" params={{ id: act.requestId }}>
                  {t('req.title')}
                </Link>
              )}
              {officer && act.state === 'prepared' ? (
                <Button small busy={withdraw.isPending} onClick={() => withdraw.mutate(act.id)}>
                  {t('cert.act.withdraw')}
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
