import { randomInt } from 'node:crypto';
import type { Hono } from 'hono';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { JobHandler } from '@antin/adapters/db/worker';
import { recordEvent } from '../journal/record.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { publishIssued } from '../publication/store.ts';
import { CRL_QUEUE } from './change.ts';
import type { ListName } from './change.ts';
import { NO_LATER_LIST, buildDueLists, buildIfDue, buildLast } from './crl.ts';
import { hearChanges } from './hearing.ts';
import type { Hearing } from './hearing.ts';
import { NOTICE_QUEUE, keepNotice } from './notice.ts';
import type { Notice } from './notice.ts';
import { ocspResponder } from './ocsp.ts';
import type { OcspResponder } from './ocsp.ts';
import { ocspFastRoute } from './ocsp-http.ts';
import { statusRoutes } from './routes.ts';
import { lapsingLists, openLists } from './store.ts';

export interface StatusOptions {
  /** Builds lists and keeps answers. */
  readonly db: AnyDatabase;
  /** Whatever strangers ask: reads only. */
  readonly reading: AnyDatabase;
  /** Path under which the routes are mounted, e.g. `/authority`. */
  readonly path: string;
  readonly clock: () => number;
  readonly caKey: (issuerSha256: string) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>;
  /** Where OCSP is offered: the delegated responder of a CA generation. */
  readonly responder: (issuerSha256: string) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>;
  /** Issuers about whose every certificate in force an answer is signed before anybody asks. */
  readonly filled: () => readonly string[];
  readonly log: { info(facts: object, text: string): void; error(facts: object, text: string): void };
}

export interface StatusService {
  readonly routes: Hono;
  readonly responder: OcspResponder;
  /** For the listener, before the app: see `adapters/http/listen.ts`. */
  readonly fast: ReturnType<typeof ocspFastRoute>;
  /** Handlers of the outbox: lists after a revocation, notices. */
  readonly jobs: Readonly<Record<string, JobHandler>>;
  /** Builds lists whose time has come, rings when one is about to lapse, and makes what was issued searchable. */
  everyMinute(): Promise<void>;
  /** Signs answers again before they age, and about certificates that have none. Every minute too, not at the start. */
  presign(): Promise<void>;
  /** Builds these lists now if they are due, waiting for another builder. */
  publish(lists: readonly ListName[]): Promise<void>;
  /**
   * The last list of every address of a generation whose certificates have all ended.
   *
   * @returns false while one is missing: its key is not here, and a ceremony makes it
   */
  closeLists(issuerSha256: string): Promise<boolean>;
  /** Lists that are about to lapse or were never built, in words without secrets; for /healthz. */
  health(): Promise<{ readonly status: 'ok' | 'alarm'; readonly lists: readonly string[] }>;
  /** Begins to hear changes of other processes; before it, memory is not trusted and the database is asked each time. */
  start(): void;
  /** Whether every change is heard just now. */
  hears(): boolean;
  stop(): Promise<void>;
}

/** Signed anew a minute; a hundred thousand certificates at two hours each are 833. */
const PRESIGN_A_MINUTE = 5000;
const PRESIGN_BLOCK = 200;
/** Certificates that become searchable a minute, in transactions of a block each. */
const PUBLISH_A_MINUTE = 5000;
const PUBLISH_BLOCK = 200;

/** Lists, answers and their schedules over one database; any number of processes may run it side by side. */
export function statusService(options: StatusOptions): StatusService {
  const { db, reading, path, clock, log } = options;
  let hearing: Hearing | undefined;
  const responder = ocspResponder({
    db: reading,
    keeping: db,
    responder: options.responder,
    clock,
    hears: () => hearing?.hears() === true,
    onFault: (fault) => log.error({ fault }, 'an OCSP answer could not be given'),
  });
  const crl = {
    db,
    caKey: options.caKey,
    clock,
    draw: () => randomInt(1_000_000) / 1_000_000,
    onFault: (fault: unknown, list: ListName) => log.error({ fault, ...list }, 'a revocation list could not be built'),
  };
  const filledTo = new Map<string, string>();
  let ringing = '';

  async function presign(): Promise<void> {
    for (let left = PRESIGN_A_MINUTE; left > 0; left -= PRESIGN_BLOCK) if ((await responder.presign(PRESIGN_BLOCK)) === 0) break;
    for (const issuer of options.filled()) {
      for (let left = PRESIGN_A_MINUTE; left > 0; left -= PRESIGN_BLOCK) {
        const last = await responder.fill(issuer, filledTo.get(issuer) ?? '', PRESIGN_BLOCK);
        filledTo.set(issuer, last ?? '');
        if (last === undefined) break;
      }
    }
  }

  const changed = new Set<string>();
  let signing = false;

  /** In blocks, one after another: ten thousand revocations at once must not ask the database ten thousand times at once. */
  async function signChanged(): Promise<void> {
    if (signing) return;
    signing = true;
    try {
      while (changed.size > 0) {
        const block = [...changed].slice(0, PRESIGN_BLOCK);
        for (const one of block) changed.delete(one);
        await responder.signChanged(block);
      }
    } catch (fault) {
      // On demand then.
      log.error({ fault }, 'a changed status could not be signed ahead');
    } finally {
      signing = false;
    }
  }

  async function health() {
    const lapsing = await lapsingLists(reading, clock());
    const lists = lapsing.map((one) => {
      const name = one.shard < 0 ? one.name : `${one.name}-${one.shard}`;
      return one.number === undefined ? `${name}: never built` : `${name}: until ${new Date(one.nextUpdate).toISOString()}`;
    });
    return { status: lists.length === 0 ? ('ok' as const) : ('alarm' as const), lists };
  }

  async function ring(): Promise<void> {
    const { lists } = await health();
    const text = lists.join('; ');
    if (text === ringing) return;
    ringing = text;
    if (lists.length === 0) return void log.info({}, 'no revocation list is about to lapse any more');
    log.error({ lists }, 'revocation lists are about to lapse');
    await inTransaction(db, (tx) => recordEvent(tx, clock(), 'crl.about-to-lapse', undefined, { lists }));
  }

  return {
    routes: statusRoutes({ db: reading, responder, clock }),
    responder,
    fast: ocspFastRoute(`${path}/ocsp`, responder, clock),
    jobs: {
      [CRL_QUEUE]: async (job) => void (await buildIfDue(crl, job.payload as ListName, true)),
      [NOTICE_QUEUE]: (job) => keepNotice(db, job.key, job.payload as Notice),
    },
    async everyMinute() {
      await buildDueLists(crl);
      await ring();
      for (let left = PUBLISH_A_MINUTE; left > 0; left -= PUBLISH_BLOCK) {
        if ((await publishIssued(db, PUBLISH_BLOCK)) < PUBLISH_BLOCK) break;
      }
    },
    presign,
    async publish(lists) {
      for (const list of lists) await buildIfDue(crl, list, true);
    },
    async closeLists(issuerSha256) {
      for (const list of await openLists(db, issuerSha256, NO_LATER_LIST))
        if ((await buildLast(crl, list)) === undefined) return false;
      return true;
    },
    health,
    start() {
      hearing ??= hearChanges(reading, {
        onChange(certificate) {
          responder.drop(certificate);
          changed.add(certificate);
          void signChanged();
        },
        onLost: () => responder.forget(),
        onFault: (fault) => log.error({ fault }, 'changes of status are not heard; every question asks the database'),
      });
    },
    hears: () => hearing?.hears() === true,
    async stop() {
      await hearing?.stop();
      hearing = undefined;
    },
  };
}
