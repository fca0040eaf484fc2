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

/**
 * Machines' accounts and keys: what was closed is closed again, by whom it was. A key that was changed since is closed too: the
 * one before it may be in somebody else's hands, and of the new one the journal has only the thumbprint.
 */
export async function replayAccount(tx: Tx, { kind, at, ...entry }: Happened, left: Left): Promise<void> {
  const accountId = text(entry.detail['accountId']) ?? null;
  const key = text(entry.detail['acmeAccountId']) ?? null;
  const when = new Date(at);
  switch (kind) {
    case 'enrolment.account-closed':
    case 'enrolment.account-withdrawn':
      await sql`
        update authority.enrolment_account set closed_at = ${when}, closed_by = ${text(entry.detail['officerId']) ?? null}
        where id = ${accountId} and closed_at is null`.execute(tx);
      await sql`
        update authority.acme_account set revoked_at = ${when} where enrolment_id = ${accountId} and revoked_at is null`.execute(
        tx,
      );
      return;
    case 'enrolment.key-unbound':
      await sql`
        update authority.acme_account set deactivated_at = ${when} where id = ${key} and deactivated_at is null`.execute(tx);
      return;
    case 'enrolment.key-revoked':
    case 'enrolment.key-changed':
      await sql`update authority.acme_account set revoked_at = ${when} where id = ${key} and revoked_at is null`.execute(tx);
      if (kind === 'enrolment.key-changed') left({ kind, at, ...entry }, 'account-lost', accountId ?? '');
      return;
    default:
      left({ kind, at, ...entry }, 'account-lost', accountId ?? '');
  }
}
