import { createHash } from 'node:crypto';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDerPrefix } from '@antin/formats/der/reader';
import { FormatFault } from '@antin/formats/fault';
import { generalizedTime } from '@antin/formats/der/writer';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { buildTbsCertList, crlFrom } from '@antin/pki/crl/build';
import { parseCrl } from '@antin/pki/crl/parse';
import { lintCrl } from '@antin/pki/lint/lint';
import { OID } from '@antin/pki/oids';
import { checkSignature } from '@antin/pki/path/signature-check';
import { extension } from '@antin/pki/x509/build';
import { AuthorityFault } from '../fault.ts';
import { recordEvent } from '../journal/record.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import type { ListName } from './change.ts';
import { issuerBySha256 } from './issuers.ts';
import type { StatusIssuer } from './issuers.ts';
import { alarmBelow, nextBuild, settledAt } from './schedule.ts';
import { FULL_LIST } from './shards.ts';
import { buildBy, dueLists, entryBlocks, noteFailure, pruneLists, putCrl, takeDue, takeList } from './store.ts';
import type { ListState, StoredCrl } from './store.ts';

/** What building lists needs of the outside. */
export interface CrlParts {
  readonly db: Db;
  /** The key of a CA generation; undefined when this process cannot reach it and another must build. */
  readonly caKey: (issuerSha256: string) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>;
  readonly clock: () => number;
  /** 0 … 1, for the jitter of schedules. */
  readonly draw: () => number;
  readonly onFault: (fault: unknown, list: ListName) => void;
}

/** 99991231235959Z: "no later list will come" (X.509, RFC 5280 §4.1.2.5; ETSI EN 319 411-1 asks it of a last list). */
export const NO_LATER_LIST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Lists worked off in one go; the rest comes with the next minute. */
const MOST_AT_ONCE = 1000;
const AGAIN_MS = 60_000;

/** Builds every list whose time has come or that a revocation waits for; one that fails does not hold up the others. */
export async function buildDueLists(parts: CrlParts): Promise<number> {
  let built = 0;
  for (const list of await dueLists(parts.db, parts.clock(), MOST_AT_ONCE)) {
    try {
      if ((await buildIfDue(parts, list, false)) !== undefined) built += 1;
    } catch (fault) {
      parts.onFault(fault, list);
      await noteFailure(parts.db, list, fault instanceof Error ? fault.message : String(fault), parts.clock() + AGAIN_MS);
    }
  }
  return built;
}

/**
 * Builds one list when it is due: its time has come, or something was recorded since. Two builders at once build once.
 *
 * @param wait for another builder that has the list just now, to see the due list when this returns
 */
export async function buildIfDue(parts: CrlParts, name: ListName, wait: boolean): Promise<StoredCrl | undefined> {
  const ca = await parts.caKey(name.issuerSha256);
  if (ca === undefined) return undefined;
  const issuer = await issuerBySha256(parts.db, name.issuerSha256);
  if (issuer === undefined) return undefined;
  return inTransaction(parts.db, async (tx) => {
    const list = await takeList(tx, name, wait);
    if (list === undefined) return undefined;
    // Marks first, entries after: a revocation that commits in between is read now and marked for the next time.
    const changed = await takeDue(tx, name);
    const now = parts.clock();
    if (list.buildAt > now) {
      if (!changed) return undefined;
      const full = list.shard === FULL_LIST;
      const settled = settledAt({ ...list, full, besideShards: issuer.shards > 0 });
      if (settled > now) {
        await buildBy(tx, name, settled);
        return undefined;
      }
    }
    return publish(tx, { ...parts, now }, ca, issuer, list);
  });
}

/**
 * The last list of a generation, after which none comes: for ever valid, and never built again. Only when every certificate it
 * speaks of has ended; the caller has looked.
 *
 * @returns undefined when the key is not at hand here
 */
export async function buildLast(parts: CrlParts, name: ListName): Promise<StoredCrl | undefined> {
  const ca = await parts.caKey(name.issuerSha256);
  const issuer = ca === undefined ? undefined : await issuerBySha256(parts.db, name.issuerSha256);
  if (ca === undefined || issuer === undefined) return undefined;
  return inTransaction(parts.db, async (tx) => {
    const list = await takeList(tx, name, true);
    if (list === undefined) return undefined;
    await takeDue(tx, name);
    return publish(tx, { ...parts, now: parts.clock(), last: true }, ca, issuer, list);
  });
}

async function publish(
  tx: Tx,
  { draw, now, last = false }: CrlParts & { readonly now: number; readonly last?: boolean },
  ca: CertifiedKey,
  issuer: StatusIssuer,
  list: ListState,
): Promise<StoredCrl> {
  const { issuerSha256, shard, idp } = list;
  // A full list says whether expired certificates stay; on shards they stay once after their end, then leave (RFC 5280 §3.3).
  const stay = shard === FULL_LIST && issuer.expiredStay;
  const blocks: Uint8Array[] = [];
  let entries = 0;
  // From the last one nobody leaves: it is what stays.
  const leftBefore = stay || last || list.number === undefined ? undefined : list.thisUpdate;
  for await (const block of entryBlocks(tx, list, leftBefore)) {
    blocks.push(block.entries);
    entries += block.count;
  }
  // Time-based and strictly greater, whatever the clock did in between.
  const number = Math.max(now, (list.number ?? 0) + 1);
  const thisUpdate = Math.floor(now / 1000) * 1000;
  const nextUpdate = last ? NO_LATER_LIST : thisUpdate + issuer.schedule.validMs;
  const { der, tbs } = await signedList(ca, {
    thisUpdate,
    nextUpdate,
    number,
    blocks,
    entries,
    ...(idp === undefined ? {} : { idp }),
    ...(stay ? { expiredFrom: issuer.certificate.notBefore } : {}),
  });
  const crl = { number, thisUpdate, nextUpdate, der };
  const buildAt = last ? NO_LATER_LIST : nextBuild(now, issuer.schedule, draw());
  const alarmAt = last ? NO_LATER_LIST : nextUpdate - alarmBelow(issuer.schedule);
  await putCrl(tx, list, { ...crl, entries, idp, buildAt, alarmAt });
  await pruneLists(tx, list, now);
  await recordEvent(tx, now, 'crl.published', undefined, {
    ...{ issuerSha256, shard, number, entries },
    // What the signer's own ledger says it signed: known even when a backup has forgotten the bytes.
    tbsSha256: createHash('sha256').update(tbs).digest('hex'),
    ...(last ? { last } : {}),
  });
  return crl;
}

export interface ListContent {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly number: number;
  /** Finished entries, many to a block. */
  readonly blocks: readonly Uint8Array[];
  readonly entries: number;
  /** Address of a critical issuingDistributionPoint. */
  readonly idp?: string;
  /** expiredCertsOnCRL: certificates that expired since this moment stay on the list. */
  readonly expiredFrom?: number;
}

export interface SignedList {
  readonly der: Uint8Array;
  /** What was signed: its SHA-256 is what a signer notes. */
  readonly tbs: Uint8Array;
}

/** Entries of a draft that the linter reads one by one. Longer lists are made of the same pre-encoded rows, unique by their key. */
const LINTED_ENTRIES = 500;

/**
 * Builds, lints and signs one list, and reads it again before it goes out. Nothing is signed that the linter stops, so the list
 * before it stays published.
 *
 * @throws {AuthorityFault} `crl.lint` with the rules that the draft breaks; `ca.tbs-refused` when what came back is not what was meant
 */
export async function signedList(ca: CertifiedKey, content: ListContent): Promise<SignedList> {
  const { thisUpdate, nextUpdate, number, blocks, entries, idp, expiredFrom } = content;
  const head = {
    signatureAlgorithm: ca.algorithmIdentifier,
    issuer: ca.certificate.subject.raw,
    thisUpdate,
    nextUpdate,
    crlNumber: number,
    authorityKeyIdentifier: ca.certificate.subjectKeyIdentifier as Uint8Array,
    ...(idp === undefined ? {} : { distributionPointUrl: idp }),
    extraExtensions: expiredFrom === undefined ? [] : [extension(OID.expiredCertsOnCRL, false, generalizedTime(expiredFrom))],
  };
  requireLintFree(crlFrom(buildTbsCertList({ ...head, entries: firstEntries(blocks) }), ca.algorithmIdentifier, NO_SIGNATURE));
  const tbs = buildTbsCertList({ ...head, entries: blocks });
  const der = crlFrom(tbs, ca.algorithmIdentifier, await ca.key.sign('crl', tbs));
  const parsed = parseCrl(der);
  const right =
    parsed.entryCount === entries &&
    parsed.crlNumber === BigInt(number) &&
    equalBytes(parsed.tbs, tbs) &&
    checkSignature(parsed, ca.certificate.spki, nodeCrypto, false) === 'valid';
  if (!right) throw new AuthorityFault('ca.tbs-refused', 'the list that came back is not the list that was meant');
  return { der, tbs };
}

/** Enough octets to read a draft in its frame before the key has been used. */
const NO_SIGNATURE = new Uint8Array(8);

function requireLintFree(draft: Uint8Array): void {
  const broken = lintCrl(draft, nodeCrypto).filter(({ severity }) => severity === 'error' || severity === 'fatal');
  if (broken.length === 0) return;
  const said = broken.map(({ rule, detail }) => `${rule}${detail === undefined ? '' : ` (${detail})`}`).join(', ');
  throw new AuthorityFault('crl.lint', `the list would break ${said}`);
}

/** Cut between two entries. */
function firstEntries(blocks: readonly Uint8Array[]): Uint8Array[] {
  const first: Uint8Array[] = [];
  let left = LINTED_ENTRIES;
  for (const block of blocks) {
    if (left === 0) break;
    let end = 0;
    try {
      for (; left > 0 && end < block.length; left--) end += decodeDerPrefix(block.subarray(end)).end;
    } catch (fault) {
      // A damaged row: the linter says so.
      if (!(fault instanceof FormatFault)) throw fault;
      end = block.length;
    }
    first.push(block.subarray(0, end));
  }
  return first;
}
