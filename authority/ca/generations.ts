import { createHash } from 'node:crypto';
import type { Db } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { parseCrl } from '@antin/pki/crl/parse';
import type { Crl } from '@antin/pki/crl/parse';
import { AuthorityFault } from '../fault.ts';
import { recordEvent } from '../journal/record.ts';
import { certifiedKey } from '../keys/signing-key.ts';
import type { CaKey, CertifiedKey } from '../keys/signing-key.ts';
import { signsStatus } from './rules.ts';
import type { Generation } from './rules.ts';
import {
  activeFor,
  activeOf,
  assignProfiles,
  generationBySha256,
  insertGeneration,
  moveGeneration,
  activeBelow,
  isRevoked,
  needlessGenerations,
  spentGenerations,
} from './store.ts';
import type { NewGeneration } from './store.ts';
import { newestCrl } from '../status/store.ts';

/** Where the key of a generation is found when it is needed: a folder of practice, a signer process; undefined: offline. */
export type KeySource = (generation: Generation) => Promise<CaKey | undefined>;

export interface Issuer extends CertifiedKey {
  readonly generation: Generation;
}

/** An activation is seen by every process after this long at most; until then the older generation may still issue. */
const ACTIVE_FOR_MS = 1000;
const MOST_KEPT = 256;

/**
 * The CAs of this authority. Nothing is loaded, opened or checked before somebody asks for one: a start takes as long with
 * ten thousand as with one.
 */
export function caGenerations({ db, keyOf }: { readonly db: Db; readonly keyOf: KeySource }) {
  const opened = new Map<string, Promise<Issuer | undefined>>();
  const active = new Map<string, { readonly until: number; readonly issuer: Promise<Issuer> }>();

  function open(generation: Generation): Promise<Issuer | undefined> {
    const known = opened.get(generation.issuerSha256);
    if (known !== undefined) return known;
    const opening = keyOf(generation).then((key) => {
      if (key === undefined) return undefined;
      if (key.id !== generation.keyId) {
        throw new AuthorityFault('ca.key-mismatch', `the key of ${generation.name} does not fit its certificate`);
      }
      return { ...certifiedKey(generation.certificate, key), generation };
    });
    opened.set(generation.issuerSha256, opening);
    opening.catch(() => opened.delete(generation.issuerSha256));
    if (opened.size > MOST_KEPT) opened.delete(opened.keys().next().value as string);
    return opening;
  }

  async function find(question: string, ask: () => Promise<Generation | undefined>): Promise<Issuer> {
    const generation = await ask();
    if (generation === undefined) throw new AuthorityFault('ca.no-issuer', `no active CA for ${question}`);
    const issuer = await open(generation);
    if (issuer === undefined) throw new AuthorityFault('keys.offline', `the key of ${generation.name} signs in ceremonies only`);
    return issuer;
  }

  function remembered(question: string, ask: () => Promise<Generation | undefined>): Promise<Issuer> {
    const known = active.get(question);
    if (known !== undefined && known.until > performance.now()) return known.issuer;
    const issuer = find(question, ask);
    active.set(question, { until: performance.now() + ACTIVE_FOR_MS, issuer });
    issuer.catch(() => active.delete(question));
    return issuer;
  }

  return {
    /** Who issues under a profile now. @throws {AuthorityFault} `ca.no-issuer`, `keys.offline`, `keys.*` */
    issuerFor: (profile: string) => remembered(`profile ${profile}`, () => activeFor(db, profile)),
    /** Who issues in a series now. */
    activeOf: (series: string) => remembered(`series ${series}`, () => activeOf(db, series)),
    /** An activation in this process is seen at once. */
    forget: () => active.clear(),
    /**
     * The key that signs lists and status of what a generation issued, also after it was superseded. Undefined when it is
     * unknown, not begun or retired, and for an offline root, whose lists come from ceremonies.
     */
    async statusSigner(issuerSha256: string): Promise<Issuer | undefined> {
      const known = await generationBySha256(db, issuerSha256);
      return known === undefined || !signsStatus(known.state) ? undefined : open(known);
    },
  };
}

export type CaGenerations = ReturnType<typeof caGenerations>;

/** Takes in a certified generation, from a ceremony or from practice. */
export async function takeIn(db: Db, generation: NewGeneration, profiles: readonly string[], now: number): Promise<Generation> {
  return inTransaction(db, async (tx) => {
    const taken = await insertGeneration(tx, generation, now);
    await assignProfiles(tx, taken.series, profiles);
    const { issuerSha256, series, name, keyId } = taken;
    await recordEvent(tx, now, 'ca.generation-prepared', undefined, { issuerSha256, series, name, keyId, profiles });
    return taken;
  });
}

/**
 * The new generation issues from now on, the old one keeps signing status: one transaction, so that there is never none and
 * never two.
 *
 * @throws {AuthorityFault} `ca.state`, `ca.not-in-time` when the certificate is not valid now
 */
export async function activate(db: Db, issuerSha256: string, now: number): Promise<Generation> {
  return inTransaction(db, async (tx) => {
    const next = await generationBySha256(tx, issuerSha256);
    if (next === undefined) throw new AuthorityFault('ca.no-issuer', 'no such generation');
    const { certificate, series, name } = next;
    if (now < certificate.notBefore || now > certificate.notAfter) {
      throw new AuthorityFault('ca.not-in-time', `${name} is not valid now`);
    }
    const old = await activeOf(tx, series);
    if (old !== undefined) await moveGeneration(tx, old, 'status-only', now);
    await moveGeneration(tx, next, 'active', now);
    const superseded = old === undefined ? {} : { superseded: old.issuerSha256 };
    await recordEvent(tx, now, 'ca.generation-activated', undefined, { issuerSha256, series, name, ...superseded });
    return { ...next, state: 'active' };
  });
}

/**
 * A generation that issues no more although none follows it: `closed` by a ceremony's reviewed file, or its own certificate has
 * `ended`, or its parent has `revoked` it. From then on nothing answers for its profiles, and it signs status only. What issues nothing already stays as it is.
 *
 * @returns whether it issued until now
 */
export async function endGeneration(
  db: Db,
  issuerSha256: string,
  why: 'closed' | 'ended' | 'revoked',
  now: number,
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const one = await generationBySha256(tx, issuerSha256);
    if (one?.state !== 'active') return false;
    await moveGeneration(tx, one, 'status-only', now);
    const { series, name } = one;
    await recordEvent(tx, now, `ca.generation-${why}`, undefined, { issuerSha256, series, name });
    return true;
  });
}

/** Ends what its parent has revoked: whatever it would certify is invalid from the beginning. */
export async function endRevoked(db: Db, now: number, told: (generation: Generation) => void): Promise<void> {
  const active = await activeBelow(db);
  const lists = new Map<string, Crl | undefined>();
  for (const one of active) {
    const parent = one.parentSha256 as string;
    if (!lists.has(parent)) {
      const newest = await newestCrl(db, parent);
      lists.set(parent, newest === undefined ? undefined : parseCrl(newest.der));
    }
    const listed = lists.get(parent)?.find(one.certificate.serialNumber) !== undefined;
    if (!listed && !(await isRevoked(db, parent, one.certificate.serialHex))) continue;
    if (await endGeneration(db, one.issuerSha256, 'revoked', now)) told(one);
  }
}

/** Ends what is still active in the last hour of its own certificate: it could certify nobody, and owes its last lists while it may sign them. */
export async function endSpent(db: Db, now: number, told: (generation: Generation) => void): Promise<void> {
  for (const one of await spentGenerations(db, now)) if (await endGeneration(db, one.issuerSha256, 'ended', now)) told(one);
}

/**
 * Retires what nobody may ask any more, behind its last lists. A few at a time, by an indexed question; every minute is often
 * enough.
 *
 * @param closeLists publishes the last list of each address; false: a ceremony has to make one, and the generation waits for it
 * @param waiting told of those
 */
export async function retireNeedless(
  db: Db,
  now: number,
  closeLists: (issuerSha256: string) => Promise<boolean>,
  waiting: (generation: Generation, fault?: unknown) => void = () => {},
): Promise<number> {
  let done = 0;
  for (const one of await needlessGenerations(db, now)) {
    try {
      if (!(await closeLists(one.issuerSha256))) {
        waiting(one);
        continue;
      }
    } catch (fault) {
      // A device that is away, or a draft that the linter stops: the others go on.
      waiting(one, fault);
      continue;
    }
    done++;
    await inTransaction(db, async (tx) => {
      await moveGeneration(tx, one, 'retired', now);
      const { issuerSha256, series, name } = one;
      await recordEvent(tx, now, 'ca.generation-retired', undefined, { issuerSha256, series, name });
    });
  }
  return done;
}

export function sha256Of(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
