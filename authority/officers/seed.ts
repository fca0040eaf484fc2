import { createHash, randomUUID } from 'node:crypto';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { must } from '@antin/adapters/http/refusal';
import type { OfficerRole } from '@antin/protocol/authority/session';
import { sql } from 'kysely';
import { recordEvent } from '../journal/record.ts';
import { mayHold } from './rules.ts';
import type { RoleTerm } from './rules.ts';
import { putSender, senderByCode } from './sender-store.ts';
import { incompatiblePairs, insertOfficer, insertTerm } from './store.ts';

/** Officers that an installation begins with. */
export interface FirstOfficer {
  readonly signInName: string;
  readonly fullName: string;
  readonly roles: readonly OfficerRole[];
  /** Argon2id of a first password of their own; else the one given for all. */
  readonly passwordHash?: string;
}

/**
 * The sender of a practice province, known by its token alone: so that a request can be sent before anybody has made a
 * certificate of the organisation. Practice only; elsewhere senders are registered by two officers. Does nothing when the
 * code is known.
 */
export async function foundPracticeSender(
  db: Db,
  one: { readonly code: string; readonly name: string; readonly token: string; readonly at: Date },
): Promise<boolean> {
  const { code, name, token, at } = one;
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('authority first officers', 0))`.execute(tx);
    if ((await senderByCode(tx, code)) !== undefined) return false;
    const tokenSha256 = createHash('sha256').update(token).digest('hex');
    await putSender(tx, { code, name, active: true, tokenIsEnough: true, tokenSha256, bound: undefined });
    await recordEvent(tx, at.getTime(), 'sender.founded', undefined, { code, tokenIsEnough: true });
    return true;
  });
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
 * @param given.passwordHash argon2id of the first password of those without one of their own
 * @param given.mustChange false in practice only, where the folder's practice password stays theirs
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
    const pairs = await incompatiblePairs(tx);
    for (const { signInName, fullName, roles, passwordHash: own } of officers) {
      const id = randomUUID();
      const { passwordHash, mustChange, at } = given;
      const made = { id, signInName, fullName, passwordHash: own ?? passwordHash, mustChangePassword: mustChange, at };
      if (!(await insertOfficer(tx, made))) throw new TypeError(`two officers of the name ${signInName}`);
      const terms: RoleTerm[] = [];
      for (const role of roles) {
        const term = must(mayHold(terms, { role, from: given.from, to: undefined }, pairs));
        terms.push(term);
        await insertTerm(tx, id, term);
      }
      await recordEvent(tx, at.getTime(), 'officer.founded', undefined, { officerId: id, signInName, roles });
    }
    return true;
  });
}
