import { encodeRevokedEntry } from '@antin/pki/crl/build';
import { findCertificate, markAbandoned, unfinished } from '../issuance/store.ts';
import { recordEvent } from '../journal/record.ts';
import type { Database } from '../issuance/store.ts';
import type { Refusal } from '../fault.ts';
import { decideRevocation, REASONS } from './rules.ts';
import type { RevocationReason } from './rules.ts';
import { findRevocation, lockCertificate, putRevocation } from './store.ts';

export interface Revoked {
  readonly status: 'revoked';
  readonly serialHex: string;
  readonly revokedAt: number;
  readonly reason: number;
}

function entryOf(serialHex: string, revokedAt: number, reason: number): Uint8Array {
  return encodeRevokedEntry({ serialNumber: new Uint8Array(Buffer.from(serialHex, 'hex')), revokedAt, reason });
}

/** One transaction writes status, finished CRL entry and event. Building lists is another's work and cannot stop this. */
export async function revoke(
  db: Database,
  target: { readonly issuerSha256: string; readonly serialHex: string },
  wish: { readonly reason: RevocationReason; readonly at: number },
  now: number,
): Promise<Revoked | Refusal> {
  const { issuerSha256, serialHex } = target;
  return db.transaction().execute(async (tx) => {
    await lockCertificate(tx, issuerSha256, serialHex);
    const certificate = await findCertificate(tx, issuerSha256, serialHex);
    const decision = decideRevocation(certificate, await findRevocation(tx, issuerSha256, serialHex), wish, now);
    if (decision.status === 'refused') return decision;
    const { revokedAt, reason } = decision;
    await putRevocation(tx, {
      issuerSha256,
      serialHex,
      revokedAt,
      reason,
      entry: entryOf(serialHex, revokedAt, reason),
      recordedAt: now,
    });
    await recordEvent(tx, now, 'certificate.revoked', serialHex, { issuerSha256, reason, revokedAt });
    return { status: 'revoked', serialHex, revokedAt, reason } as const;
  });
}

/**
 * Walks rows a crash left unfinished: a serial that may have been signed is revoked, so that a certificate nobody handed
 * out is never good; one that was only intended is closed.
 *
 * @param before rows younger than this may still be in work in another process
 */
export async function reconcile(db: Database, before: number, now: number): Promise<number> {
  const rows = await unfinished(db, before);
  for (const { issuerSha256, serialHex, state } of rows) {
    await db.transaction().execute(async (tx) => {
      await lockCertificate(tx, issuerSha256, serialHex);
      const current = await findCertificate(tx, issuerSha256, serialHex);
      if (current?.state !== state) return;
      await closeUnfinished(tx, issuerSha256, serialHex, state === 'signing', now);
    });
  }
  return rows.length;
}

async function closeUnfinished(tx: Database, issuerSha256: string, serialHex: string, maybeSigned: boolean, now: number) {
  if (maybeSigned) {
    const row = { revokedAt: Math.floor(now / 1000) * 1000, reason: REASONS.cessationOfOperation };
    await putRevocation(tx, {
      issuerSha256,
      serialHex,
      ...row,
      entry: entryOf(serialHex, row.revokedAt, row.reason),
      recordedAt: now,
    });
  }
  await markAbandoned(tx, issuerSha256, serialHex);
  await recordEvent(tx, now, 'certificate.abandoned', serialHex, { issuerSha256, maybeSigned });
}
