import { createHash, randomUUID } from 'node:crypto';
import { fromBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { officeDay } from '@antin/adapters/clock/days';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { PkiFault } from '@antin/pki/fault';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { OfficerChange } from '@antin/protocol/authority/officers';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from './caller.ts';
import { changeById, decideChange, insertChange, lockChange } from './change-store.ts';
import type { ChangeRecord } from './change-store.ts';
import { addLimit, requireLimitAhead, requireLimitFree, withdrawLimit } from '../registration/limits.ts';
import { mayConfirm, mayHold } from './rules.ts';
import type { RoleTerm } from './rules.ts';
import { putSender } from './sender-store.ts';
import type { Passwords } from './sign-in.ts';
import {
  bindCertificate,
  endSessionsOf,
  endTerm,
  incompatiblePairs,
  insertOfficer,
  insertTerm,
  lockOfficer,
  setActive,
  setPassword,
  termsOf,
} from './store.ts';

export interface ChangeDoors {
  /** Acts as `antin_operation`. */
  readonly db: Db;
  readonly clock: Clock;
  readonly passwords: Pick<Passwords, 'hash'>;
}

/** A password in a change that is kept: only its hash is, and not here. */
const KEPT_APART = 'firstPassword';

/** @throws {Refusal} `officer.certificate-unreadable`, and what the change itself would be refused for */
export async function proposeChange(doors: ChangeDoors, by: Officer, change: OfficerChange): Promise<ChangeRecord> {
  const now = doors.clock();
  if ('certificate' in change && change.certificate !== undefined) certificateOf(change.certificate);
  // What could not take effect is said to who proposes it, not to who confirms it.
  if (change.kind === 'limit') await requireLimitFree(doors.db, change, officeDay(now));
  if (change.kind === 'limit-withdrawn') await requireLimitAhead(doors.db, change.name, change.from, officeDay(now));
  const secretHash = KEPT_APART in change ? await doors.passwords.hash(change.firstPassword) : undefined;
  const kept: Record<string, unknown> = { ...change };
  delete kept[KEPT_APART];
  const id = randomUUID();
  await inTransaction(doors.db, async (tx) => {
    await insertChange(tx, { id, kind: change.kind, change: kept, secretHash, by: by.id, at: now });
    await recordEvent(tx, now.getTime(), 'officer.change-proposed', undefined, { changeId: id, by: by.id, change: said(kept) });
  });
  return (await changeById(doors.db, id))!;
}

/** The second pair of eyes: what was proposed takes effect in the same transaction. */
export async function confirmChange(doors: ChangeDoors, by: Officer, id: string): Promise<ChangeRecord> {
  const now = doors.clock();
  await inTransaction(doors.db, async (tx) => {
    const record = await lockChange(tx, id);
    if (record === undefined) throw new Refusal('http.not-found');
    const about = record.change['officerId'] as string | undefined;
    must(mayConfirm({ state: record.state, proposedBy: record.proposedBy, about }, by.id));
    if (!(await decideChange(tx, id, { state: 'confirmed', by: by.id, at: now }))) throw new Refusal('officer.change-decided');
    await takeEffect(tx, record, now);
    const event = { changeId: id, by: by.id, proposedBy: record.proposedBy, change: said(record.change) };
    await recordEvent(tx, now.getTime(), 'officer.change-confirmed', undefined, event);
  });
  return (await changeById(doors.db, id))!;
}

export async function rejectChange(doors: ChangeDoors, by: Officer, id: string, reason: string): Promise<ChangeRecord> {
  const now = doors.clock();
  await inTransaction(doors.db, async (tx) => {
    if ((await lockChange(tx, id)) === undefined) throw new Refusal('http.not-found');
    if (!(await decideChange(tx, id, { state: 'rejected', by: by.id, at: now, reason })))
      throw new Refusal('officer.change-decided');
    await recordEvent(tx, now.getTime(), 'officer.change-rejected', undefined, { changeId: id, by: by.id, reason });
  });
  return (await changeById(doors.db, id))!;
}

async function takeEffect(tx: Tx, record: ChangeRecord & { secretHash: string | null }, now: Date): Promise<void> {
  const given = KEPT_APART_KINDS.has(record.change['kind'] as string) ? { [KEPT_APART]: 'x'.repeat(12) } : {};
  const change = OfficerChange.parse({ ...record.change, ...given });
  switch (change.kind) {
    case 'create': {
      const id = randomUUID();
      const { signInName, fullName } = change;
      const passwordHash = record.secretHash!;
      if (!(await insertOfficer(tx, { id, signInName, fullName, passwordHash, mustChangePassword: true, at: now })))
        throw new Refusal('officer.name-taken');
      for (const role of change.roles) await grant(tx, id, { role, from: change.from, to: undefined });
      return;
    }
    case 'grant':
      await known(tx, change.officerId);
      await grant(tx, change.officerId, { role: change.role, from: change.from, to: change.to });
      return;
    case 'end':
      await known(tx, change.officerId);
      // A past day would say that acts already done were nobody's right.
      if (change.to < officeDay(now)) throw new Refusal('officer.end-in-past');
      if (!(await endTerm(tx, change.officerId, change.role, change.to))) throw new Refusal('officer.role-not-held');
      return;
    case 'disable':
      await known(tx, change.officerId);
      await setActive(tx, change.officerId, false);
      await endSessionsOf(tx, change.officerId);
      return;
    case 'enable':
      await known(tx, change.officerId);
      await setActive(tx, change.officerId, true);
      return;
    case 'reset-password':
      await known(tx, change.officerId);
      await setPassword(tx, change.officerId, record.secretHash!, true);
      await endSessionsOf(tx, change.officerId);
      return;
    case 'bind-certificate': {
      await known(tx, change.officerId);
      const { raw } = certificateOf(change.certificate);
      await bindCertificate(tx, change.officerId, raw, sha256(raw)).catch(alreadyBound);
      return;
    }
    case 'sender': {
      const { code, name, active, tokenIsEnough, tokenForUnder, tokenSha256 } = change;
      const bound = change.certificate === undefined ? undefined : boundOf(certificateOf(change.certificate));
      await putSender(tx, { code, name, active, tokenIsEnough, tokenForUnder, tokenSha256, bound }).catch(alreadyBound);
      return;
    }
    case 'limit':
      return addLimit(tx, change, officeDay(now));
    case 'limit-withdrawn':
      return withdrawLimit(tx, change.name, change.from, officeDay(now));
  }
}

const KEPT_APART_KINDS = new Set(['create', 'reset-password']);

async function grant(tx: Tx, officerId: string, wanted: RoleTerm): Promise<void> {
  const terms = (await termsOf(tx, [officerId])).get(officerId) ?? [];
  await insertTerm(tx, officerId, must(mayHold(terms, wanted, await incompatiblePairs(tx))));
}

async function known(tx: Tx, id: string): Promise<void> {
  if ((await lockOfficer(tx, id)) === undefined) throw new Refusal('officer.unknown');
}

function certificateOf(base64: string): Certificate {
  try {
    return parseCertificate(fromBase64(base64));
  } catch (cause) {
    if (cause instanceof FormatFault || cause instanceof PkiFault) throw new Refusal('officer.certificate-unreadable', { cause });
    throw cause;
  }
}

function boundOf(certificate: Certificate) {
  return {
    der: certificate.raw,
    sha256: sha256(certificate.raw),
    issuerNameSha256: sha256(certificate.issuer.raw),
    serialHex: toHex(certificate.serialNumber),
  };
}

/** One certificate is one signer: bound to two, nobody would know who acted. */
function alreadyBound(fault: unknown): never {
  if ((fault as { code?: unknown }).code === '23505') throw new Refusal('officer.certificate-bound');
  throw fault;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** For the journal: certificates by hash. */
function said(change: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { certificate, ...rest } = change;
  return typeof certificate === 'string' ? { ...rest, certificateSha256: sha256(fromBase64(certificate)) } : rest;
}
