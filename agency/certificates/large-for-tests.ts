import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';

/**
 * Two provinces with departments and communes, and so many subscribers in them: names repeat as they do in the country, one
 * in fifty lines is revoked or waits, ends lie over five years. For tests and the bench only.
 */
export async function loadSubscribers(db: Db, subscribers: number, communes = 300): Promise<void> {
  const agencies = (root: string, code: string) => sql`
    with top as (insert into agency.agency (id, code, name, short_name, level, level_name, valid_from, place, notation, search)
      values (gen_random_uuid(), ${code}, ${root}, 'UBND', 1, 'Cấp tỉnh', '2025-07-01', 'Nơi', 'UBND', agency.folded(${root})) returning id)
    insert into agency.agency (id, code, name, short_name, level, level_name, parent_id, valid_from, place, notation, search)
    select gen_random_uuid(), ${code} || '.' || lpad(n::text, 3, '0'), 'Xã số ' || n, 'UBND', 2, 'Cấp xã', top.id, '2025-07-01', 'Nơi', 'UBND', 'xa so ' || n
    from top, generate_series(1, ${communes}) n`;
  await agencies('Ủy ban nhân dân tỉnh Nam Hà', 'H97').execute(db);
  await agencies('Ủy ban nhân dân tỉnh Bắc Sơn', 'H96').execute(db);
  const pick = (list: readonly string[], n: ReturnType<typeof sql>) =>
    sql`(array[${sql.join([...list])}])[1 + ${n} % ${list.length}]`;
  const family = ['Nguyễn', 'Nguyễn', 'Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Lò'];
  const middle = ['Văn', 'Thị', 'Hữu', 'Ngọc', 'Minh', 'Thanh', 'Quốc'];
  const given = [
    'An',
    'Bình',
    'Cường',
    'Dung',
    'Giang',
    'Hải',
    'Hoa',
    'Khánh',
    'Lan',
    'Minh',
    'Nga',
    'Phúc',
    'Quang',
    'Sơn',
    'Tú',
    'Yến',
    'Ánh',
  ];
  await sql`
    insert into agency.holding (id, agency_id, form, name, title, search, device_kind, state, sha256, spki_sha256, issuer_text, serial_hex,
      not_before, not_after, requested_at, activated_at)
    select gen_random_uuid(), a.id, '01', m.name, 'Chuyên viên', agency.folded(m.name) || ' chuyen vien ' || m.serial, 'pki-token',
      case when m.n % 50 = 0 then 'revoked' when m.n % 50 = 1 then 'issued' else 'active' end, m.serial || m.serial, m.serial, 'CN=CA',
      m.serial, timestamptz '2024-01-01' + m.day * interval '1 day', timestamptz '2026-01-01' + m.day * interval '1 day',
      timestamptz '2024-01-01', timestamptz '2024-01-01'
    from (select n, md5(n::text) as serial, ('x' || substr(md5('end' || n), 1, 6))::bit(24)::integer % 1800 as day, ${pick(family, sql`(n * 7)`)} || ' ' || ${pick(middle, sql`(n * 5)`)} || ' ' || ${pick(given, sql`(n * 3)`)} as name
        from generate_series(1, ${subscribers}) n) m
      join (select id, row_number() over (order by code) - 1 as place, count(*) over () as many from agency.agency where code like 'H9_.%') a
        on a.place = m.n % a.many`.execute(db);
  // As autovacuum leaves it: the planner knows the data, and an index alone can answer.
  await sql`analyze agency.agency`.execute(db);
  await sql`vacuum analyze agency.holding`.execute(db);
}
