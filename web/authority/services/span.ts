import type { Translate } from '../../i18n/catalogue.ts';
import type { ConsoleKey } from '../speech.ts';

const DAY = 86_400_000;

/** A span as people say it: years from two on, months from two on, else days. */
export function spanText(t: Translate<ConsoleKey>, ms: number): string {
  const days = Math.floor(ms / DAY);
  if (days >= 730) return t('cas.years', { n: Math.floor(days / 365.25) });
  return days >= 60 ? t('cas.months', { n: Math.floor(days / 30.44) }) : t('cas.days', { n: Math.max(0, days) });
}
