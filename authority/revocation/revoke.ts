import type { Tx } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { enqueue } from '@antin/adapters/db/outbox';
import { encodeRevokedEntry } from '@antin/pki/crl/build';
import { Day } from '@antin/protocol/basics';
import type { RevocationCause } from '@antin/protocol/certificates/request';
import { releaseRequest } from '../issuance/approved.ts';
import { findCertificate, markAbandoned, unfinished } from '../issuance/store.ts';
import type { Database } from '../issuance/store.ts';
import { recordEvent } from '../journal/record.ts';
import { announceChange } from '../status/change.ts';
import { NOTICE_QUEUE } from '../status/notice.ts';
import type { Notice } from '../status/notice.ts';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import { CAUSES, REASONS } from './causes.ts';
import type { RevocationReason } from './causes.ts';
import { decideLift, decideRevocation, decideSuspension } from './rules.ts';
import type { RevocationDecision } from './rules.ts';
import { deleteHold, findRevocation, lockCertificate, putRevocation, unfinishedOf } from './store.ts';
import type { Unfinished } from './store.ts';

/** A certificate of this authority. */
export interface Target {
  /** SHA-256 of the issuer's certificate, lower-case hexadecimal. */
  readonly issuerSha256: string;
  readonly serialHex: string;
}

export interface Revoked {
  readonly status: 'revoked';
  readonly serialHex: string;
  readonly revokedAt: number;
  readonly reason: number;
}

/** Who decided, and on which request: for record and journal. */
export interface Decided {
  /** Officer's id; without one the authority itself (seed, reconciler). */
  readonly by?: string;
  readonly requestId?: string;
}

export type Wish = Decided &
  (
    | {
        readonly cause: RevocationCause;
        /** First day, `yyyy-MM-dd`, from which it must not be trusted. */ readonly since?: string;
      }
    | { readonly reason: RevocationReason; readonly at: number }
  );

const OFFICE_OFFSET = '+07:00';

/**
 * One officer revokes, at once: one transaction writes status, finished list entry, journal and outbox (lists, notice).
 * Building lists and telling people is others' work and cannot stop this.
 */
export async function revoke(db: Database, target: Target, wish: Wish, now: number): Promise<Revoked | Refusal> {
  return inTransaction(db, (tx) => revokeWithin(tx, target, wish, now));
}

/** The same as a part of something larger, which stands or falls with it. A refusal has written nothing. */
export async function revokeWithin(tx: Tx, target: Target, wish: Wish, now: number): Promise<Revoked | Refusal> {
  const asked = 'cause' in wish ? ofCause(wish, now) : { status: 'asked' as const, reason: wish.reason, at: wish.at };
  if (asked.status === 'refused') return asked;
  await lockCertificate(tx, target.issuerSha256, target.serialHex);
  const certificate = await findCertificate(tx, target.issuerSha256, target.serialHex);
  const earlier = await findRevocation(tx, target.issuerSha256, target.serialHex);
  // A decision made in the second of issue is not before it.
  const at = 'cause' in wish ? Math.max(asked.at, certificate?.notBefore ?? 0) : asked.at;
  const decision = decideRevocation(certificate, earlier, { ...asked, at }, 'cause' in wish ? Math.max(now, at) : now);
  if (decision.status === 'refused') return decision;
  return write(tx, target, decision, wish, 'certificate.revoked', now);
}

function ofCause(wish: { readonly cause: RevocationCause; readonly since?: string }, now: number) {
  const row = CAUSES[wish.cause];
  if (wish.since !== undefined && !Day.safeParse(wish.since).success) return refused('revocation.day-invalid', wish.since);
  const { reason } = row;
  const invalidSince = wish.since === undefined ? undefined : Date.parse(`${wish.since}T00:00:00${OFFICE_OFFSET}`);
  return { status: 'asked' as const, reason, at: now, ...(invalidSince === undefined ? {} : { invalidSince }) };
}

/** certificateHold, where the profile allows it (`suspendable`); the officer is remembered, because another must lift it. */
export async function suspend(
  db: Database,
  target: Target,
  wish: Decided & { readonly by: string },
  parts: { readonly suspendable: (profile: string) => boolean; readonly now: number },
): Promise<Revoked | Refusal> {
  return inTransaction(db, async (tx) => {
    await lockCertificate(tx, target.issuerSha256, target.serialHex);
    const certificate = await findCertificate(tx, target.issuerSha256, target.serialHex);
    const earlier = await findRevocation(tx, target.issuerSha256, target.serialHex);
    const allowed = certificate !== undefined && parts.suspendable(certificate.profile);
    const decision = decideSuspension(certificate, earlier, allowed, parts.now);
    if (decision.status === 'refused') return decision;
    return write(tx, target, decision, wish, 'certificate.suspended', parts.now);
  });
}

/** Ends a suspension by a second officer. */
export async function liftSuspension(
  db: Database,
  target: Target,
  wish: Decided & { readonly by: string },
  now: number,
): Promise<{ readonly status: 'lifted'; readonly serialHex: string } | Refusal> {
  const { issuerSha256, serialHex } = target;
  return inTransaction(db, async (tx) => {
    await lockCertificate(tx, issuerSha256, serialHex);
    const decision = decideLift(await findRevocation(tx, issuerSha256, serialHex), wish.by);
    if (decision.status === 'refused') return decision;
    await deleteHold(tx, issuerSha256, serialHex);
    await recordEvent(tx, now, 'certificate.suspension-lifted', serialHex, { issuerSha256, ...said(wish) });
    await announceChange(tx, target, now);
    await notice(tx, 'certificate.suspension-lifted', target, now, wish);
    return { status: 'lifted', serialHex } as const;
  });
}

async function write(
  tx: Tx,
  target: Target,
  decision: RevocationDecision,
  wish: Decided & { readonly cause?: string },
  kind: string,
  now: number,
): Promise<Revoked> {
  const { issuerSha256, serialHex } = target;
  const { revokedAt, reason, invalidSince } = decision;
  const since = invalidSince === undefined ? {} : { invalidSince };
  await putRevocation(tx, {
    issuerSha256,
    serialHex,
    revokedAt,
    reason,
    ...since,
    ...(wish.cause === undefined ? {} : { cause: wish.cause }),
    ...(wish.by === undefined ? {} : { decidedBy: wish.by }),
    ...(wish.requestId === undefined ? {} : { requestId: wish.requestId }),
    entry: entryOf(serialHex, decision),
    recordedAt: now,
  });
  const cause = wish.cause === undefined ? {} : { cause: wish.cause };
  await recordEvent(tx, now, kind, serialHex, { issuerSha256, reason, revokedAt, ...since, ...cause, ...said(wish) });
  await announceChange(tx, target, now);
  await notice(tx, kind, target, now, wish);
  return { status: 'revoked', serialHex, revokedAt, reason };
}

function said({ by, requestId }: Decided): Decided {
  return { ...(by === undefined ? {} : { by }), ...(requestId === undefined ? {} : { requestId }) };
}

async function notice(tx: Tx, kind: string, target: Target, now: number, wish: Decided): Promise<void> {
  const key = `${target.issuerSha256.slice(0, 16)} ${target.serialHex} ${kind} ${now}`;
  const payload: Notice = { kind, ...target, at: now, ...said(wish) };
  await enqueue(tx, { queue: NOTICE_QUEUE, key, payload });
}

function entryOf(serialHex: string, { revokedAt, reason, invalidSince }: Omit<RevocationDecision, 'status'>): Uint8Array {
  const serialNumber = new Uint8Array(Buffer.from(serialHex, 'hex'));
  return encodeRevokedEntry({
    serialNumber,
    revokedAt,
    reason,
    ...(invalidSince === undefined ? {} : { invalidityDate: invalidSince }),
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
  for (const row of rows) await close(db, row, now);
  return rows.length;
}

/** The same at once, for attempts of a request that broke off in this very process: nobody else is working on them. */
export async function giveUp(db: Database, requestId: string, now: number): Promise<void> {
  for (const row of await unfinishedOf(db, requestId)) await close(db, row, now);
}

async function close(db: Database, { issuerSha256, serialHex, state }: Unfinished, now: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockCertificate(tx, issuerSha256, serialHex);
    const current = await findCertificate(tx, issuerSha256, serialHex);
    if (current?.state !== state) return;
    // An officer may have revoked it meanwhile: that stays, and nothing weakens it.
    const earlier = await findRevocation(tx, issuerSha256, serialHex);
    if (state === 'signing' && (earlier === undefined || earlier.reason === REASONS.certificateHold)) {
      const row = { revokedAt: Math.floor(now / 1000) * 1000, reason: REASONS.cessationOfOperation };
      await putRevocation(tx, { issuerSha256, serialHex, ...row, entry: entryOf(serialHex, row), recordedAt: now });
      await announceChange(tx, { issuerSha256, serialHex }, now);
    }
    await markAbandoned(tx, issuerSha256, serialHex);
    await releaseRequest(tx, issuerSha256, serialHex, now);
    await recordEvent(tx, now, 'certificate.abandoned', serialHex, { issuerSha256, maybeSigned: state === 'signing' });
  });
}
