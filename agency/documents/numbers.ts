import type { z } from 'zod';
import type { DateFormat, NumberFormat } from '@antin/protocol/office/documents';
import { writtenDay } from '@antin/adapters/clock/days';

/** Arabic, below ten with a leading 0 (Decree 30/2020 Art. 15, domain.md §2.3). */
export function writtenNumber(number: number): string {
  return String(number).padStart(2, '0');
}

/** `12/QĐ-UBND`: a slash after the number, no spaces. */
export function numberAndNotation(number: number, notation: string): string {
  return `${writtenNumber(number)}/${notation.replace(/\s+/g, '')}`;
}

/** What is filled into the field `so`. */
export function numberText(format: z.infer<typeof NumberFormat>, number: number, notation: string): string {
  return format === 'number' ? writtenNumber(number) : numberAndNotation(number, notation);
}

/** What is filled into the field `ngay`; days below 10 and the months 1 and 2 are written with 0. */
export function dateText(format: z.infer<typeof DateFormat>, day: string): string {
  const [year, month, date] = day.split('-') as [string, string, string];
  if (format === 'short') return writtenDay(day);
  if (format === 'day') return date;
  const writtenMonth = Number(month) > 2 ? String(Number(month)) : month;
  return `ngày ${date} tháng ${writtenMonth} năm ${year}`;
}
