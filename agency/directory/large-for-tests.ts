import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';

/**
 * A whole country by `scale`: at 1 the 34 provinces, 3,321 communes and their units of after 1 July 2025 (110,466 agencies)
 * with 400,000 people. Names repeat as they do in the country, so that searches meet common and rare words. For tests only.
 */
export async function loadCountry(db: Db, scale: number): Promise<{ agencies: number; people: number }> {
  const provinces = Math.max(2, Math.round(34 * scale));
  const communes = Math.max(10, Math.round(3321 * scale));
  const words = [
    'An',
    'Bình',
    'Lộc',
    'Phú',
    'Tân',
    'Sơn',
    'Hòa',
    'Thạnh',
    'Đông',
    'Nam',
    'Mỹ',
    'Xuân',
    'Yên',
    'Hưng',
    'Long',
    'Vĩnh',
    'Kim',
  ];
  const list = `(array[${words.map((word) => `'${word}'`).join()}])`;
  const two = (n: string) => sql.raw(`${list}[1 + (${n} * 7) % 17] || ' ' || ${list}[1 + (${n} / 5) % 17]`);
  const insert = async (level: number, levelName: string, query: ReturnType<typeof sql>) => {
    await sql`
      insert into agency.agency (id, code, name, short_name, level, level_name, parent_id, valid_from, place, notation, search)
      select gen_random_uuid(), code, name, 'UBND', ${level}, ${levelName}, parent_id, '2025-07-01', 'Nơi', 'UBND',
        agency.folded(name || ' ' || code) from (${query}) made`.execute(db);
  };
  await insert(1, 'Trung ương', sql`select 'G00' as code, 'Chính phủ' as name, null::uuid as parent_id`);
  const top = sql`(select id from agency.agency where code = 'G00')`;
  await insert(
    2,
    'Tỉnh',
    sql`select 'H' || lpad(n::text, 2, '0') as code, 'Ủy ban nhân dân tỉnh ' || ${two('n')} as name, ${top} as parent_id
      from generate_series(1, ${provinces}::integer) n`,
  );
  await insert(
    3,
    'Xã',
    sql`select p.code || '.' || lpad((n / ${provinces} + 100)::text, 3, '0') as code, 'Ủy ban nhân dân xã ' || ${two('n')} as name, p.id as parent_id
      from generate_series(0, ${communes - 1}::integer) n
      join agency.agency p on p.level = 2 and p.code = 'H' || lpad((n % ${provinces} + 1)::text, 2, '0')`,
  );
  await insert(
    3,
    'Sở',
    sql`select p.code || '.' || lpad(n::text, 2, '0') as code, 'Sở ' || ${two('n')} || ' ' || p.code as name, p.id as parent_id
      from generate_series(1, 20) n cross join agency.agency p where p.level = 2`,
  );
  await insert(
    4,
    'Đơn vị',
    sql`select p.code || '.' || lpad(n::text, 2, '0') as code,
        case n % 3 when 0 then 'Phòng ' when 1 then 'Trường Tiểu học ' else 'Trạm Y tế ' end || ${two('(n + length(p.name) * 3)')} as name, p.id as parent_id
      from agency.agency p cross join generate_series(1, 30) n where p.level = 3 and (p.level_name = 'Xã' or n <= 10)`,
  );
  const people = Math.round(400_000 * scale);
  await sql`create temporary table place as select id, row_number() over (order by path) - 1 as n from agency.agency`.execute(db);
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from place`.execute(db);
  const agencies = rows[0]!.count;
  await sql`
    insert into agency.person (id, sign_in_name, full_name, mail, phone)
    select gen_random_uuid(), 'nguoi' || n,
      (array['Nguyễn','Nguyễn','Nguyễn','Trần','Lê','Phạm','Hoàng','Vũ'])[1 + n % 8] || ' ' ||
      (array['Văn','Thị','Đức','Minh','Thanh'])[1 + n % 5] || ' ' || ${two('n')},
      'nguoi' || n || '@vidu.gov.vn', '0912345678' from generate_series(0, ${people - 1}::integer) n`.execute(db);
  await sql`
    insert into agency.position (id, person_id, agency_id, title, roles, valid_from)
    select gen_random_uuid(), n.id, p.id, 'Chuyên viên', '{drafter}', '2025-07-01'
    from agency.person n join place p on p.n = substr(n.sign_in_name, 6)::integer % ${agencies} where n.sign_in_name like 'nguoi%'`.execute(
    db,
  );
  await sql`drop table place`.execute(db);
  await sql`analyze agency.agency, agency.agency_version, agency.person, agency.position`.execute(db);
  return { agencies, people };
}
