import { sql } from 'kysely';
import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import { deviceWords } from '@antin/adapters/print/request-paper-words';
import { cursorOf } from '../keyset.ts';
import { inScope, type Scope } from '../scope.ts';
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

export const FORECAST_HEADINGS = ['Tháng hết hạn', 'Mã định danh', 'Cơ quan', 'Số chứng thư'];

/** What ends between two instants, a line a month and agency, for a budget or a letter to those below. */
export async function forecastLines(db: Db, scope: Scope, from: Date, to: Date): Promise<string[][]> {
  const { rows } = await sql<{ month: string; code: string; name: string; n: number }>`
    select e.month, a.code, a.name, e.n from (
      select to_char(h.not_after at time zone interval '7 hours', 'YYYY-MM') as month, h.agency_id, count(*)::integer as n
      from agency.holding h where h.state = 'active' and h.not_after >= ${from} and h.not_after < ${to}
        and ${inScope(sql`h.agency_id`, scope)} group by 1, 2) e
    join agency.agency a on a.id = e.agency_id order by e.month, a.sort_key, a.id`.execute(db);
  return rows.map(({ month, code, name, n }) => [month.split('-').reverse().join('/'), code, name, String(n)]);
}
