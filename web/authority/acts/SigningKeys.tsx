import type { Credential } from '@antin/protocol/office/signing';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { Go } from '../place.tsx';
import { useSpeech } from '../speech.ts';

export interface SigningKeysProps {
  readonly credentials: readonly Credential[] | undefined;
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
  /** Nothing can sign, and this installation records that instead (practice). */
  readonly unsigned: boolean;
}

/** With which of my keys, and whether its device listens now. */
export function SigningKeys({ credentials, chosen, onChoose, unsigned }: SigningKeysProps) {
  const { t } = useSpeech();
  if (credentials === undefined) return null;
  if (credentials.length === 0) {
    return (
      <div className="note amber">
        <strong>{t('key.none')}</strong>
        <p>
          {t(unsigned ? 'key.none.practice' : 'key.none.text')} <Go place={{ to: '/thiet-bi' }}>{t('place.devices')}</Go>
        </p>
      </div>
    );
  }
  return (
    <fieldset className="choices">
      <legend className="legend">{t('key.legend')}</legend>
      {credentials.map((one) => (
        <label key={one.id} className="choice">
          <input
            type="radio"
            name="credential"
            checked={one.id === chosen}
            disabled={Date.parse(one.notAfter) < Date.now()}
            onChange={() => onChoose(one.id)}
          />
          <strong>{one.subject}</strong>
          <span className="hint">
            {t(`device.${one.holder}`)} · {one.deviceName} · {t('device.expires', { day: dayText(dayOf(one.notAfter)) })}{' '}
            {one.online ? (
              <Tag tone="green" icon="check" text={t('device.online')} />
            ) : (
              <Tag tone="amber" icon="warn" text={t('device.offline')} />
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
