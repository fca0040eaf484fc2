import { dayOf, dayText } from '../../i18n/dates.ts';
import { useSpeech } from '../../staff/language.tsx';
import { daysLeft } from '../../staff/days-left.ts';
import { daysUntil } from './days.ts';

/** How much of the validity is left, as a bar with words. */
export function Expiry({ notBefore, notAfter }: { readonly notBefore: string; readonly notAfter: string }) {
  const { t } = useSpeech();
  const days = daysUntil(notAfter);
  const whole = Math.max(1, (Date.parse(notAfter) - Date.parse(notBefore)) / 86_400_000);
  const tone = days < 0 ? 'bad' : days < 60 ? 'soon' : 'fine';
  return (
    <div className="expiry">
      <div className={`bar ${tone}`} aria-hidden="true">
        <i style={{ transform: `scaleX(${Math.min(1, Math.max(0, days / whole))})` }} />
      </div>
      <span className="num">
        {t('device.expires', { day: dayText(dayOf(notAfter)) })} · {daysLeft(days, t)}
      </span>
    </div>
  );
}
