import { inTransaction } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import type { RevocationStatement } from '@antin/protocol/authority/issued';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { findCertificate } from '../issuance/store.ts';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { requireSignatureBy } from '../officers/signed-statement.ts';
import { SUBSCRIBER_PROFILES } from '../profiles/table.ts';
import { sha256Hex } from '../registration/content.ts';
import { revoke } from '../revocation/revoke.ts';
import type { ConsoleDoors } from './doors.ts';

/** A statement of ten minutes ago was signed for something else. */
const STALE_MS = 10 * 60_000;

/**
 * Revokes without a request of the subscriber's agency: the authority's own finding, a court, a device reported lost by
 * telephone. One officer, at once (pki.md §8.5); intent and signed statement stand in the journal before anything is done.
 *
 * @throws {Refusal} `request.statement-*`, `officer.no-certificate`, `revocation.*`, `http.not-found`
 */
export async function revokeByStatement(
  parts: Pick<ConsoleDoors, 'doors' | 'clock' | 'signedActs' | 'judge'>,
  officer: Officer,
  { statement, cms }: { readonly statement: RevocationStatement; readonly cms?: string | undefined },
): Promise<void> {
  const now = parts.clock().getTime();
  const db = parts.doors.as('antin_revocation');
  const { certificate, cause, since, reason } = statement;
  const { issuerSha256, serialHex } = certificate;
  if (statement.officerId !== officer.id) throw new Refusal('request.statement-other');
  if (Math.abs(now - Date.parse(statement.at)) > STALE_MS) throw new Refusal('request.statement-stale');
  if (cms === undefined && parts.signedActs === 'required') throw new Refusal('request.statement-unsigned');
  const text = canonicalJson(statement);
  if (cms !== undefined) {
    if (officer.certificateSha256 === undefined) throw new Refusal('officer.no-certificate');
    await requireSignatureBy(parts.judge, officer.certificateSha256, fromBase64(cms), text, now);
  }
  const found = await findCertificate(db, issuerSha256, serialHex);
  if (found === undefined) throw new Refusal('http.not-found');
  // A CA or a responder is no subscriber: one officer must not be able to stop a whole authority.
  if (!(SUBSCRIBER_PROFILES as readonly string[]).includes(found.profile)) throw new Refusal('revocation.not-a-subscriber');
  const signed = cms === undefined ? { signature: 'unsigned' } : { signature: 'signed', cms };
  const detail = { by: officer.id, issuerSha256, cause, reason, statement: text, statementSha256: sha256Hex(text), ...signed };
  await inTransaction(db, (tx) => recordEvent(tx, now, 'revocation.asked', serialHex, detail));
  const wish = { cause, by: officer.id, ...(since === undefined ? {} : { since }) };
  const done = await revoke(db, certificate, wish, now);
  if (done.status === 'refused') throw new Refusal(done.code);
}
