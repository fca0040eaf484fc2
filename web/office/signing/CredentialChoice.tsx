import { Link } from '@tanstack/react-router';
import type { Credential } from '@antin/protocol/office/signing';
import { Tag } from '../../ui/Tag.tsx';
import { dayOf, dayText } from '../../i18n/dates.ts';
import { daysLeft } from '../../staff/days-left.ts';
import { useSpeech } from '../../staff/language.tsx';

export interface CredentialChoiceProps {
  readonly legend: string;
  readonly credentials: readonly Credential[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: Credential['id']) => void;
}

/** Which certificate, where its key lives, until when, and whether its device listens now. */
export function CredentialChoice({ legend, credentials, chosen, onChoose }: CredentialChoiceProps) {
  const { t } = useSpeech();
  const now = Date.now();
  if (credentials.length === 0) {
    return (
      <div className="note amber">
        <strong>{t('sign.credential.none')}</strong>
        <p>
          {t('sign.credential.none.text')} <Link to="/thiet-bi">{t('place.devices')}</Link>
        </p>
      </div>
    );
  }
  return (
    <fieldset className="choices">
      <legend className="legend">{legend}</legend>
      {credentials.map((credential) => {
        const days = Math.floor((Date.parse(credential.notAfter) - now) / 86_400_000);
        return (
          <label key={credential.id} className="choice">
            <input
              type="radio"
              name="credential"
              value={credential.id}
              checked={credential.id === chosen}
              disabled={days < 0}
              onChange={() => onChoose(credential.id)}
            />
            <strong>{credential.subject}</strong>
            <span className="hint">
              {t(`device.${credential.holder}`)} · {credential.deviceName}
              <br />
              {t('device.expires', { day: dayText(dayOf(credential.notAfter)) })} ({daysLeft(days, t)}){' '}
              {credential.online ? (
                <Tag tone="green" icon="check" text={t('device.online')} />
              ) : (
                <Tag tone="amber" icon="warn" text={t('device.offline')} />
              )}
              {credential.online ? null : <span className="why">{t('sign.credential.offline')}</span>}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** The one to propose: in validity, its device online first, the longest validity next. */
export function bestCredential(credentials: readonly Credential[]): Credential | undefined {
  return credentials
    .filter((credential) => Date.parse(credential.notAfter) > Date.now())
    .sort((a, b) => Number(b.online) - Number(a.online) || Date.parse(b.notAfter) - Date.parse(a.notAfter))[0];
}
