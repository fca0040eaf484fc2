import { sql } from 'kysely';
import type { Tx } from '@antin/adapters/db/transaction';
import { text, type Happened } from './entry.ts';
import type { Left } from './certificates.ts';

/** Who may do what. Only what takes away is done again by itself: what gives needs two officers again. */
export async function replayOfficer(tx: Tx, entry: Happened, left: Left): Promise<void> {
  if (entry.kind !== 'officer.change-confirmed') return;
  const change = (entry.detail['change'] ?? {}) as Readonly<Record<string, unknown>>;
  const officerId = text(change['officerId']);
  const kind = text(change['kind']);
  if (kind === 'disable' && officerId !== undefined) {
    await sql`update authority.officer set active = false where id = ${officerId}`.execute(tx);
  } else if (kind === 'end' && officerId !== undefined) {
    const [role, to] = [text(change['role']) ?? '', text(change['to']) ?? ''];
    await sql`
      update authority.officer_role set valid_to = greatest(${to}::date, valid_from)
      where officer_id = ${officerId} and role = ${role} and (valid_to is null or valid_to > ${to}::date)`.execute(tx);
  } else if (kind === 'sender' && change['active'] === false) {
    await sql`update authority.sender set active = false where code = ${text(change['code']) ?? ''}`.execute(tx);
  } else
    left(
      entry,
      'officer-change-lost',
      `${kind ?? ''} ${officerId ?? text(change['signInName']) ?? text(change['code']) ?? ''}`.trim(),
    );
}

/** Machines' accounts: one that was closed is closed again, by whom it was. */
export async function replayAccount(tx: Tx, entry: Happened, left: Left): Promise<void> {
  const accountId = text(entry.detail['accountId']) ?? '';
  if (entry.kind === 'enrolment.account-closed') {
    await sql`
      update authority.enrolment_account set closed_at = ${new Date(entry.at)}, closed_by = ${text(entry.detail['officerId']) ?? null}
      where id = ${accountId} and closed_at is null`.execute(tx);
  } else if (entry.kind === 'enrolment.key-unbound') {
    await sql`
      update authority.acme_account set deactivated_at = ${new Date(entry.at)}
      where id = ${text(entry.detail['acmeAccountId']) ?? ''} and deactivated_at is null`.execute(tx);
  } else if (entry.kind === 'enrolment.account-opened' || entry.kind === 'enrolment.key-bound') {
    left(entry, 'account-lost', accountId);
  }
}
