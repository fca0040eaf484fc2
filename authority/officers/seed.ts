import { randomUUID } from 'node:crypto';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { sql } from 'kysely';
import { recordEvent } from '../journal/record.ts';
import { insertOfficer, insertTerm } from './store.ts';

/** Officers that an installation begins with. */
export interface FirstOfficer {
  readonly signInName: string;
  readonly fullName: string;
  readonly roles: readonly OfficerRole[];
}

/** One officer for each desk of a practice authority, and a second of operation and of approval, because eyes come in fours. */
export const PRACTICE_OFFICERS: readonly FirstOfficer[] = [
  { signInName: 'ca.tiepnhan', fullName: 'Đỗ Thị Tiếp', roles: ['registration'] },
  { signInName: 'ca.duyet', fullName: 'Vũ Văn Duyệt', roles: ['approval'] },
  { signInName: 'ca.duyet2', fullName: 'Bùi Thị Chuẩn', roles: ['approval', 'registration'] },
  { signInName: 'ca.capphat', fullName: 'Hoàng Văn Cấp', roles: ['issuance'] },
  { signInName: 'ca.thuhoi', fullName: 'Phan Thị Hồi', roles: ['revocation'] },
  { signInName: 'ca.thuhoi2', fullName: 'Ngô Văn Ngừng', roles: ['revocation'] },
  { signInName: 'ca.kiemsoat', fullName: 'Đặng Văn Soát', roles: ['audit'] },
  { signInName: 'ca.quantri', fullName: 'Trịnh Thị Quản', roles: ['operation'] },
  { signInName: 'ca.quantri2', fullName: 'Lý Văn Trị', roles: ['operation'] },
];

/**
 * The first officers of an empty installation: the only ones made without a second pair of eyes, because there are none yet.
 * Two of operation at least, or nobody could ever confirm anything. Does nothing once there is any officer.
 *
 * @param passwordHash argon2id of the first password of all of them
 * @param mustChange false in practice only, where the folder's practice password stays theirs
 * @returns whether they were made
 */
export async function foundOfficers(
  db: Db,
  officers: readonly FirstOfficer[],
  given: { readonly passwordHash: string; readonly mustChange: boolean; readonly at: Date; readonly from: string },
): Promise<boolean> {
  if (officers.filter((one) => one.roles.includes('operation')).length < 2)
    throw new TypeError('an authority begins with two officers of operation at least');
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('authority first officers', 0))`.execute(tx);
    const { rows } = await sql`select 1 from authority.officer limit 1`.execute(tx);
    if (rows.length > 0) return false;
    for (const { signInName, fullName, roles } of officers) {
      const id = randomUUID();
      const { passwordHash, mustChange, at } = given;
      await insertOfficer(tx, { id, signInName, fullName, passwordHash, mustChangePassword: mustChange, at });
      for (const role of roles) await insertTerm(tx, id, { role, from: given.from, to: undefined });
      await recordEvent(tx, at.getTime(), 'officer.founded', undefined, { officerId: id, signInName, roles });
    }
    return true;
  });
}
