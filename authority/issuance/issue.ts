import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Tx } from '@antin/adapters/db/transaction';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import type { IssuerOf, IssuingCa } from './ca.ts';
import { drafts } from './draft.ts';
import type { Draft, Order } from './draft.ts';
import { checkKeyUses } from './rules.ts';
import { signDraft } from './sign.ts';
import { insertIntents, insertStopped, lockKeys, markGood, usesOfKeys } from './store.ts';
import type { Database, Intent, KeyUse } from './store.ts';

export interface Issued {
  readonly status: 'issued';
  readonly der: Uint8Array;
  /** Read when it is asked for: what was signed is the draft that the linter read, octet for octet. */
  readonly certificate: Certificate;
  readonly serialHex: string;
  readonly issuerSha256: string;
}

/** Where a process can die; tests stop it there. */
export type IssuanceStep = 'drafted' | 'intended' | 'signed' | 'compared' | 'recorded';

export interface IssuanceParts {
  readonly db: Database;
  readonly issuerFor: IssuerOf;
  readonly clock: () => number;
  /** Told of every step passed. */
  readonly step?: (step: IssuanceStep) => void | Promise<void>;
}

/** What must happen in the same transactions: the state of the request a certificate answers. */
export interface Beside {
  /** Before the key is asked; a refusal ends the attempt, and nothing of it stays. */
  intended?(tx: Tx): Promise<Refusal | undefined>;
  issued?(tx: Tx, issued: Issued): Promise<void>;
}

/** How this authority names an issuer everywhere: SHA-256 of its certificate, lower-case hexadecimal. */
export function fingerprint(certificate: Pick<Certificate, 'raw'>): string {
  return hash('sha256', certificate.raw);
}

interface OpenCa {
  readonly ca: IssuingCa;
  readonly issuerSha256: string;
  readonly draft: ReturnType<typeof drafts>;
}

/** Orders of one batch share the commit of their intents. */
export const MOST_IN_BATCH = 100;

/**
 * Certificates of a batch under way at once: the key signs one while the database writes others, whose commits share a turn of
 * the disk. As many as a pool has connections; more would only wait.
 */
const LANES = 10;
/** Drafts between two turns of the process: answers to others, and the database's to another batch, do not wait for fifty. */
const DRAFTS_A_TURN = 8;

/**
 * The issuance cycle (pki.md §8.1): draft under the lint key → lint → record serial and intended certificate → sign →
 * compare → record. A crash anywhere leaves nothing or a row that the reconciler finds and revokes; a failed attempt never
 * uses its serial again.
 *
 * @throws {AuthorityFault} `issuance.signature-mismatch`, `issuance.given-up`, `ca.no-issuer`, `keys.*`
 */
export function issuance({ db, issuerFor, clock, step = () => {} }: IssuanceParts) {
  const opened = new WeakMap<IssuingCa, OpenCa>();

  async function open(order: Order): Promise<OpenCa> {
    const ca = await issuerFor(order.profile);
    let found = opened.get(ca);
    if (found === undefined) opened.set(ca, (found = { ca, issuerSha256: fingerprint(ca.certificate), draft: drafts(ca) }));
    return found;
  }

  const intentOf = ({ issuerSha256 }: OpenCa, draft: Draft, order: Order): Intent => {
    const { serialHex, profileSha256, subjectText, spkiSha256, notBefore, notAfter, shard, lintCertificate, tbs } = draft;
    const named = { profile: draft.profile.name, requestId: order.requestId };
    return {
      issuerSha256,
      serialHex,
      ...named,
      profileSha256,
      subjectText,
      spkiSha256,
      notBefore,
      notAfter,
      shard,
      lintCertificate,
      tbs,
    };
  };

  /** Records what may be issued; the others get their refusal, each in its place. */
  async function intend(tx: Tx, intents: readonly Intent[]): Promise<(Refusal | undefined)[]> {
    const uses = await usesOfKeys(
      tx,
      intents.map(({ spkiSha256 }) => spkiSha256),
    );
    const seen = new Map<string, KeyUse[]>();
    const answers = intents.map(({ spkiSha256, subjectText }) => {
      const before = seen.get(spkiSha256) ?? [...(uses.get(spkiSha256) ?? [])];
      const wrong = checkKeyUses(before, subjectText);
      if (wrong === undefined) before.push({ subject: subjectText, compromised: false });
      seen.set(spkiSha256, before);
      return wrong;
    });
    const good = intents.filter((_, i) => answers[i] === undefined);
    if (good.length > 0) await insertIntents(tx, good, clock());
    return answers;
  }

  async function stop(intent: Intent, draft: Draft): Promise<Refusal> {
    const broken = draft.broken.map(({ rule }) => rule);
    await inTransaction(db, (tx) => insertStopped(tx, intent, clock(), broken));
    return refused('issuance.lint', broken.join(' '));
  }

  /** From here on the serial stands in the records: whatever fails, the reconciler revokes it. */
  async function finish({ ca, issuerSha256 }: OpenCa, draft: Draft, order: Order, beside: Beside): Promise<Issued> {
    const { serialHex, profile, profileSha256, spkiSha256 } = draft;
    const der = await signDraft(ca, draft, () => step('signed'));
    await step('compared');
    let read: Certificate | undefined;
    const issued: Issued = {
      ...{ status: 'issued', der, serialHex, issuerSha256 },
      get certificate() {
        return (read ??= parseCertificate(der));
      },
    };
    const { requestId } = order;
    const detail = {
      ...{ issuerSha256, profile: profile.name, profileSha256, certificateSha256: fingerprint({ raw: der }), spkiSha256 },
      ...(requestId === undefined ? {} : { requestId }),
    };
    const row = { issuerSha256, serialHex };
    if (beside.issued === undefined) await markGood(db, row, der, clock(), detail);
    else {
      await inTransaction(db, async (tx) => {
        await markGood(tx, row, der, clock(), detail);
        await beside.issued?.(tx, issued);
      });
    }
    await step('recorded');
    return issued;
  }

  async function issue(order: Order, beside: Beside = {}): Promise<Issued | Refusal> {
    const open_ = await open(order);
    const draft = open_.draft(order, clock());
    if (draft.status === 'refused') return draft;
    await step('drafted');
    const intent = intentOf(open_, draft, order);
    if (draft.broken.length > 0) return stop(intent, draft);
    const wrong = await allOrNothing(db, async (tx) => {
      await lockKeys(tx, [draft.spkiSha256]);
      return (await beside.intended?.(tx)) ?? (await intend(tx, [intent]))[0];
    });
    if (wrong !== undefined) return wrong;
    await step('intended');
    return finish(open_, draft, order, beside);
  }

  /** Many at once: their intents are one commit, then each certificate is signed and recorded by itself. */
  async function issueMany(orders: readonly Order[]): Promise<(Issued | Refusal)[]> {
    if (orders.length > MOST_IN_BATCH) throw new RangeError(`at most ${MOST_IN_BATCH} orders at once`);
    const prepared: { readonly order: Order; readonly open: OpenCa; readonly draft: Draft }[] = [];
    const answers: (Issued | Refusal | undefined)[] = [];
    const places: number[] = [];
    for (const [i, order] of orders.entries()) {
      if (i % DRAFTS_A_TURN === DRAFTS_A_TURN - 1) await turn();
      const open_ = await open(order);
      const draft = open_.draft(order, clock());
      const stopped = draft.status === 'draft' && draft.broken.length > 0;
      answers.push(draft.status === 'refused' ? draft : stopped ? await stop(intentOf(open_, draft, order), draft) : undefined);
      if (draft.status === 'refused' || stopped) continue;
      prepared.push({ order, open: open_, draft });
      places.push(answers.length - 1);
    }
    const intents = prepared.map((one) => intentOf(one.open, one.draft, one.order));
    const refusals = await inTransaction(db, async (tx) => {
      await lockKeys(
        tx,
        intents.map(({ spkiSha256 }) => spkiSha256),
      );
      return intend(tx, intents);
    });
    await step('intended');
    await inLanes(prepared.length, async (i) => {
      const { open: open_, draft, order } = prepared[i] as (typeof prepared)[number];
      answers[places[i] as number] = refusals[i] ?? (await finish(open_, draft, order, {}));
    });
    return answers as (Issued | Refusal)[];
  }

  return { issue, issueMany };
}

export type Issuance = ReturnType<typeof issuance>;

/** After a fault nothing new is begun; what is under way is waited for. */
async function inLanes(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    try {
      while (next < count) await work(next++);
    } catch (fault) {
      next = count;
      throw fault;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: LANES }, lane));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

class RolledBack extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** A refusal takes back what was written before it: a request must not stand as being issued with nothing that issues it. */
async function allOrNothing(db: Database, work: (tx: Tx) => Promise<Refusal | undefined>): Promise<Refusal | undefined> {
  try {
    await inTransaction(db, async (tx) => {
      const refusal = await work(tx);
      if (refusal !== undefined) throw new RolledBack(refusal);
    });
    return undefined;
  } catch (fault) {
    if (fault instanceof RolledBack) return fault.refusal;
    throw fault;
  }
}
