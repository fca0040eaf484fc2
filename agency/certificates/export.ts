import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import { deviceWords } from '@antin/adapters/print/request-paper-words';
import { cursorOf } from '../keyset.ts';
import { stateAt } from './rules.ts';
import { cursorKey, listHoldings, type ListQuery } from './store.ts';

export const EXPORT_HEADINGS = [
  'Mẫu',
  'Thuê bao',
  'Chức vụ',
  'Đơn vị',
  'Cơ quan quản lý trực tiếp',
  'Trạng thái',
  'Số hiệu chứng thư',
  'Hiệu lực từ',
  'Hiệu lực đến',
  'Thiết bị',
  'Số hiệu thiết bị',
];

export const STATE_WORDS = {
  requested: 'Đã đề nghị',
  approved: 'Đã duyệt',
  issued: 'Đã cấp, chờ bàn giao',
  'handed-over': 'Đã bàn giao, chờ kích hoạt',
  active: 'Đang sử dụng',
  expiring: 'Sắp hết hạn',
  expired: 'Hết hạn',
  revoked: 'Đã thu hồi',
  replaced: 'Đã thay thế',
  refused: 'Bị từ chối',
} as const;

/** Everything that a filter finds, page after page, so that a hundred thousand lines never stand in memory. */
export async function* exportLines(db: Db, query: ListQuery): AsyncGenerator<string[]> {
  const day = (at: Date | null): string => (at === null ? '' : writtenDay(officeDay(at)));
  for (let after: string | undefined; ;) {
    const rows = await listHoldings(db, { ...query, after });
    for (const row of rows.slice(0, query.size)) {
      yield [
        row.form,
        row.name,
        row.title ?? '',
        row.unit ?? '',
        row.agencyName,
        STATE_WORDS[stateAt(row, query.now, query.limits)],
        row.serialHex ?? '',
        day(row.notBefore),
        day(row.notAfter),
        deviceWords(row.deviceKind),
        row.deviceSerial ?? '',
      ];
    }
    if (rows.length <= query.size) return;
    after = cursorOf(cursorKey(query.sort)(rows[query.size - 1]!));
  }
}
