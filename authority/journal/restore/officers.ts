import { sql } from 'kysely';
import { removeDevicePerson } from '@antin/adapters/devices/store';
import type { Tx } from '@antin/adapters/db/transaction';
import type { Left } from './certificates.ts';
import { text, type Happened } from './entry.ts';
import { closeProposal } from './passwords.ts';

/**
 * Who may do what. Only what takes away is done again by itself: what gives needs two officers again. A certificate or token in the
 * place of another takes the other away: it may have been replaced because somebody else has its key.
 */
export async function replayOfficer(tx: Tx, entry: Happened, left: Left): Promise<void> {
  const person = text(entry.detail['officerId']) ?? '';
  if (entry.kind === 'officer.device-removed') return removeDevice(tx, text(entry.detail['deviceId']) ?? '', person, entry.at);
  // Trusted since, and forgotten: it asks for nothing until it is paired again.
  if (entry.kind === 'officer.device-paired') return left(entry, 'officer-change-lost', `device-paired ${person}`);
  if (entry.kind === 'officer.change-rejected') return closeProposal(tx, entry);
  if (entry.kind !== 'officer.change-confirmed') return;
  await closeProposal(tx, entry);
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
  } else if (kind === 'limit' || kind === 'limit-withdrawn') {
    const value = typeof change['value'] === 'number' ? ` = ${change['value']}` : ' withdrawn';
    const said = [`${text(change['name']) ?? ''}${value}`, text(change['from']), text(change['source'])];
    left(entry, 'setting-lost', said.filter((one) => one !== undefined).join(', '));
  } else if (kind !== 'reset-password') {
    if (kind === 'bind-certificate') await unbindOfficer(tx, officerId ?? '', text(change['certificateSha256']) ?? '');
    if (kind === 'sender') await unbindSender(tx, change);
    const about = officerId ?? text(change['signInName']) ?? text(change['code']) ?? '';
    left(entry, 'officer-change-lost', `${kind ?? ''} ${about}`.trim());
  }
}

async function unbindOfficer(tx: Tx, id: string, certificateSha256: string): Promise<void> {
  await sql`
    update authority.officer set certificate = null, certificate_sha256 = null
    where id = ${id} and certificate_sha256 <> ${certificateSha256}`.execute(tx);
}

async function unbindSender(tx: Tx, change: Readonly<Record<string, unknown>>): Promise<void> {
  const code = text(change['code']) ?? '';
  const [certificate, token] = [text(change['certificateSha256']), text(change['tokenSha256'])];
  if (certificate !== undefined) {
    await sql`
      update authority.sender set certificate = null, certificate_sha256 = null, issuer_name_sha256 = null, serial_hex = null
      where code = ${code} and certificate_sha256 <> ${certificate}`.execute(tx);
  }
  if (token !== undefined)
    await sql`update authority.sender set token_sha256 = null where code = ${code} and token_sha256 <> ${token}`.execute(tx);
  if (change['tokenIsEnough'] !== true)
    await sql`update authority.sender set token_is_enough = false where code = ${code}`.execute(tx);
  if (change['tokenForUnder'] !== true)
    await sql`update authority.sender set token_for_under = false where code = ${code}`.execute(tx);
}

/** A device that was lost or given up must not ask for its owner's orders again. */
async function removeDevice(tx: Tx, deviceId: string, officerId: string, at: number): Promise<void> {
  const { rows } = await sql<{ there: string | null }>`select to_regclass('devices.device_person')::text as there`.execute(tx);
  if (rows[0]?.there != null) await removeDevicePerson(tx, deviceId, officerId, new Date(at));
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
