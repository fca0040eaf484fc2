import type { Translate } from '../i18n/catalogue.ts';
import type { OfficeKey } from '../i18n/words/office.ts';

/** `còn 5 năm`, `còn 41 ngày`, `đã hết hạn`: days are counted only when they begin to matter. */
export function daysLeft(days: number, t: Translate<OfficeKey>): string {
  if (days < 0) return t('device.expired');
  return days >= 730 ? t('device.years', { n: Math.floor(days / 365) }) : t('device.days', { n: days });
}
