import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Device } from '@antin/protocol/office/devices';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { Icon } from '../ui/Icon.tsx';
import { ProblemSummary } from '../ui/ProblemSummary.tsx';
import { Tag } from '../ui/Tag.tsx';
import { Empty } from '../ui/Waiting.tsx';
import { dayOf, dayText, instantText } from '../i18n/dates.ts';
import { call } from './client.ts';
import { devicesAt, devicesQuery } from './devices.ts';
import { daysLeft } from './days-left.ts';
import { useSpeech } from './language.tsx';
import { Pending } from './Pending.tsx';
import { problemText } from './problem-lines.ts';

export interface DeviceDeskProps {
  /** Path before `/api/devices`: each kind of account has its own devices. */
  readonly base: '' | '/authority';
  readonly agentUrl: string | undefined;
}

/** My signing devices: what they hold, pairing one, removing one. */
export function DeviceDesk({ base, agentUrl }: DeviceDeskProps) {
  const { t } = useSpeech();
  const devices = useQuery(devicesQuery(base));
  return (
    <div className="page devices">
      <header className="page-head">
        <h1>{t('device.title')}</h1>
        <p className="hint">{t('device.lead')}</p>
      </header>
      <div className="issue-columns">
        <div className="issue-main">
          {devices.data === undefined ? (
            <Pending query={devices} />
          ) : devices.data.devices.length === 0 ? (
            <Empty title={t('device.none')}>
              <p>{t('device.none.text')}</p>
            </Empty>
          ) : (
            <ul className="device-list">
              {devices.data.devices.map((device) => (
                <DeviceCard key={device.id} device={device} base={base} />
              ))}
            </ul>
          )}
        </div>
        <aside className="issue-side">
          <Pair base={base} />
          {agentUrl === undefined ? null : (
            <p>
              <a href={agentUrl} target="antin-agent" rel="noreferrer">
                {t('job.open-agent')}
              </a>
            </p>
          )}
        </aside>
      </div>
    </div>
  );
}

type Base = DeviceDeskProps['base'];

function Pair({ base }: { readonly base: Base }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(false);
  const pair = useMutation({
    mutationFn: (userCode: string) => call(devicesAt(base).confirm, { body: { userCode } }),
    onSuccess: () => {
      setCode('');
      void client.invalidateQueries({ queryKey: ['devices'] });
      void client.invalidateQueries({ queryKey: ['credentials'] });
    },
  });
  const problem = pair.error === null ? undefined : problemText(pair.error, lang, { userCode: 'user-code' });
  return (
    <form
      className="side-form boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        // Pasted with or without the hyphen, in any case: the same code.
        const plain = code.toUpperCase().replace(/[^A-Z0-9]/g, '');
        setWrong(plain.length !== 8);
        if (plain.length === 8) pair.mutate(`${plain.slice(0, 4)}-${plain.slice(4)}`);
      }}
    >
      <h2>{t('device.pair')}</h2>
      {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
      <Field
        id="user-code"
        label={t('device.code')}
        hint={t('device.code.hint')}
        error={wrong ? t('device.code.error') : undefined}
      >
        {(attributes) => (
          <input
            {...attributes}
            className="input code-input num"
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={12}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" kind="primary" busy={pair.isPending}>
        {t('device.pair.do')}
      </Button>
      <p role="status">{pair.data === undefined ? '' : t('device.paired', { name: pair.data.name })}</p>
    </form>
  );
}

function DeviceCard({ device, base }: { readonly device: Device; readonly base: Base }) {
  const { t, lang } = useSpeech();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(devicesAt(base).remove, { params: { id: device.id } }),
    onSuccess: () => {
      setAsking(false);
      void client.invalidateQueries({ queryKey: ['devices'] });
      void client.invalidateQueries({ queryKey: ['credentials'] });
    },
  });
  const problem = remove.error === null ? undefined : problemText(remove.error, lang);
  return (
    <li className="device">
      <div className="device-head">
        <Icon name="key" size={22} />
        <div>
          <h2>{device.name}</h2>
          <p className="hint">
            {t(`device.${device.holder}`)} · {t('device.since')} {dayText(dayOf(device.pairedAt))}
            {device.lastSeenAt === undefined || device.online
              ? ''
              : ` · ${t('device.seen').toLocaleLowerCase(lang)} ${instantText(device.lastSeenAt)}`}
          </p>
        </div>
        {device.online ? (
          <Tag tone="green" icon="check" text={t('device.online')} />
        ) : (
          <Tag tone="plain" icon="close" text={t('device.offline')} />
        )}
      </div>
      {device.certificates.length === 0 ? (
        <p className="hint">{t('device.no-certificates')}</p>
      ) : (
        <ul className="certificates">
          {device.certificates.map((certificate) => (
            <Certificate key={certificate.serialHex} certificate={certificate} />
          ))}
        </ul>
      )}
      <div>
        <Button small onClick={() => setAsking(true)}>
          {t('device.remove')}
        </Button>
      </div>
      <Dialog title={t('device.remove.title', { name: device.name })} open={asking} onClose={() => setAsking(false)}>
        {problem === undefined ? null : <ProblemSummary title={problem.title} lines={problem.lines} remedy={problem.remedy} />}
        <p>{t('device.remove.text')}</p>
        <div className="actions">
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t('device.remove')}
          </Button>
          <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
        </div>
      </Dialog>
    </li>
  );
}

/** The full bar. */
const YEARS = 5 * 365;

function Certificate({ certificate }: { readonly certificate: Device['certificates'][number] }) {
  const { t } = useSpeech();
  const days = Math.floor((Date.parse(certificate.notAfter) - Date.now()) / 86_400_000);
  const tone = days < 0 ? 'bad' : days < 60 ? 'soon' : 'fine';
  return (
    <li>
      <strong>{certificate.subject}</strong>
      <small className="num">
        {t('device.serial')} <span className="mono">{certificate.serialHex}</span>
      </small>
      <div className="expiry">
        <div className={`bar ${tone}`} aria-hidden="true">
          <i style={{ transform: `scaleX(${Math.min(1, Math.max(0, days / YEARS))})` }} />
        </div>
        <span className="num">
          {t('device.expires', { day: dayText(dayOf(certificate.notAfter)) })} · {daysLeft(days, t)}
        </span>
      </div>
    </li>
  );
}
