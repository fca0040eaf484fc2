const OFFICE_OFFSET_MS = 7 * 3_600_000;

/** The calendar day in Asia/Ho_Chi_Minh, `yyyy-MM-dd`. The zone has had UTC+7 without summer time since 1975. */
export function officeDay(at: Date): string {
  return new Date(at.getTime() + OFFICE_OFFSET_MS).toISOString().slice(0, 10);
}

/** `yyyy-MM-dd` as `dd/MM/yyyy`, the way registers and pages write it. */
export function writtenDay(day: string): string {
  const [year, month, date] = day.split('-');
  return `${date}/${month}/${year}`;
}

/** Office time with zone for signature text blocks: `dd-MM-yyyy HH:mm:ss +07:00` (domain.md §2.1). */
export function writtenInstant(at: Date): string {
  const local = new Date(at.getTime() + OFFICE_OFFSET_MS).toISOString();
  return `${local.slice(8, 10)}-${local.slice(5, 7)}-${local.slice(0, 4)} ${local.slice(11, 19)} +07:00`;
}
