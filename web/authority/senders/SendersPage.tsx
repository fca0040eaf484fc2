import '../words.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Empty } from '../../ui/Waiting.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { Pending } from '../../staff/Pending.tsx';
import { commonName } from '../common-name.ts';
import { sendersQuery } from '../officers/queries.ts';
import { useSession } from '../queries.ts';
import { useSpeech } from '../speech.ts';
import { SenderForm } from './SenderForm.tsx';

/** Agencies that may send requests, and how each is let in. */
export function SendersPage() {
  const { t } = useSpeech();
  const { roles } = useSession();
  const list = useQuery(sendersQuery);
  const [open, setOpen] = useState(false);
  const operates = roles.includes('operation');
  return (
    <div className="page wide-list">
      <header className="page-head">
        <h1>{t('place.senders')}</h1>
        {operates && !open ? (
          <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
            {t('senders.add')}
          </Button>
        ) : null}
        <p className="hint">{t('senders.lead')}</p>
      </header>
      {open ? <SenderForm onClose={() => setOpen(false)} /> : null}
      {list.data === undefined ? (
        <Pending query={list} lines={6} />
      ) : list.data.senders.length === 0 ? (
        <Empty title={t('senders.none')}>
          <p>{t(operates ? 'senders.none.operation' : 'senders.none.text')}</p>
        </Empty>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label={t('place.senders')}>
          <table className="table list senders">
            <thead>
              <tr>
                <th scope="col">{t('senders.name')}</th>
                <th scope="col">{t('senders.let-in')}</th>
                <th scope="col">{t('officers.certificate')}</th>
                <th scope="col">{t('col.state')}</th>
              </tr>
            </thead>
            <tbody>
              {list.data.senders.map((one) => (
                <tr key={one.code}>
                  <td className="subject">
                    <strong>{one.name}</strong>
                    <small className="notation">{one.code}</small>
                  </td>
                  <td className="to">
                    {t(one.tokenIsEnough ? 'senders.token-enough' : 'senders.signed')}
                    <small>{t(one.hasToken ? 'senders.has-token' : 'senders.no-token')}</small>
                  </td>
                  <td className="to">
                    {one.certificate === undefined ? (
                      <span className="hint">{t('officers.no-certificate')}</span>
                    ) : (
                      <>
                        {commonName(one.certificate.subject)}
                        <small className="num">{t('device.expires', { day: dayText(dayOf(one.certificate.notAfter)) })}</small>
                      </>
                    )}
                  </td>
                  <td className="tags">
                    {one.active ? (
                      <Tag tone="green" icon="check" text={t('senders.active')} />
                    ) : (
                      <Tag tone="plain" icon="close" text={t('officers.disabled')} />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
