import { Hono } from 'hono';
import { localClock } from '@antin/adapters/clock/watched-clock';
import type { ClockTrust } from '@antin/adapters/clock/watched-clock';
import type { FastRoute } from '@antin/adapters/http/listen';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { authorityConsole } from './console.ts';
import type { AuthorityConsole, ConsoleSettings } from './console.ts';
import { oneDoor } from './database-roles/doors.ts';
import { separatedDoors } from './database-roles/separated.ts';
import type { Doors } from './database-roles/doors.ts';
import { chainOf, inUse, issuerOfSerial } from './ca/chain.ts';
import { endRevoked, endSpent, retireNeedless } from './ca/generations.ts';
import { openCas } from './ca/open.ts';
import { caOperation } from './ca/operate.ts';
import type { CaOperation } from './ca/operate.ts';
import { serviceCertificates } from './ca/service-certificates.ts';
import { AuthorityFault } from './fault.ts';
import type { Refusal } from './fault.ts';
import { issueApproved } from './issuance/approved.ts';
import { auditor } from './issuance/audit.ts';
import { fingerprint, issuance } from './issuance/issue.ts';
import type { Issued } from './issuance/issue.ts';
import { issuersOf } from './issuance/issuers.ts';
import { keyOf, orderOf } from './issuance/rules.ts';
import type { IssueRequest } from './issuance/rules.ts';
import type { Database } from './issuance/store.ts';
import { forgetAcmeOrders, forgetNonces } from './acme/store.ts';
import { giveUp, reconcile, revoke } from './revocation/revoke.ts';
import type { Revoked } from './revocation/revoke.ts';
import type { RevocationReason } from './revocation/causes.ts';
import type { CertifiedKey } from './keys/signing-key.ts';
import { listsOf } from './status/issuers.ts';
import { machinesApp } from './machines.ts';
import type { MachinesParts } from './machines.ts';
import { statusService } from './status/service.ts';
import type { StatusService } from './status/service.ts';
import { crlAt, newestCrl } from './status/store.ts';
import { timeStampFastRoute, timeStampRoutes } from './time-stamp/routes.ts';
import { timeStamps } from './time-stamp/stamp.ts';

export interface AuthorityOptions {
  /** As the owner of the tables: only while it starts. */
  readonly db: Database;
  /** Connections of the parts; left out, they are made here of the console's settings. Whoever gives them closes them. */
  readonly doors?: Doors;
  /** The authority's own folder; its keys lie below, readable by nobody else. */
  readonly dataDir: string;
  /** Where `app` is mounted, as certificates will say it: `http://host:port/authority`, without a slash at the end. */
  readonly baseUrl: string;
  /** The same place as machines and people reach it, by https; `baseUrl` when left out. */
  readonly publicUrl?: string;
  readonly clock: () => number;
  /** Whether the clock may be stamped with now; left out, the computer is taken at its word. */
  readonly clockTrust?: () => ClockTrust;
  readonly log: Log;
  /** Why nothing is issued: while the database may have forgotten serial numbers that it gave out. Left out, it never has. */
  readonly closed?: () => { readonly code: string; readonly text: string } | undefined;
  /** Asked for the PIN of a signer process whose file wants it from a person. */
  readonly pin?: (signer: string) => Promise<Buffer>;
  /** Production: a token made of software is refused. */
  readonly hardwareOnly?: boolean;
  /** The console of officers and senders; left out, there is none (tests of the services below it). */
  readonly console?: ConsoleSettings;
}

/** What the authority needs of a log; pino fits. */
export interface Log {
  info(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface Evidence {
  readonly certificates: Uint8Array[];
  readonly crls: Uint8Array[];
  readonly ocsps: Uint8Array[];
}

export interface AuthorityService {
  /** Public routes: `/crl/{root,issuing}.crl`, `/ca/{root,issuing}.crt`, `/ocsp`, `/tsa`. */
  readonly app: Hono;
  issueCertificate(request: IssueRequest): Promise<Issued | Refusal>;
  /** `at` defaults to now. A new CRL is out when the answer is there, unless building it failed; then the next job does it. */
  revoke(serialHex: string, reason: RevocationReason, at?: number): Promise<Revoked | Refusal>;
  /** The roots, good for signers and for time-stamps. */
  trustAnchors(): TrustAnchor[];
  /** Issuers of every subscriber, nearest first, without the root. */
  chain(): Certificate[];
  /** RFC 3161 without HTTP: DER in, DER out. */
  timeStamp(request: Uint8Array): Promise<Uint8Array>;
  /** RFC 6960 without HTTP: DER in, DER out. */
  ocsp(request: Uint8Array): Promise<Uint8Array>;
  /**
   * Everything a judge needs about one certificate of this authority: issuers, lists, and an OCSP answer made now.
   *
   * @param issuerSha256 SHA-256 of the issuer's certificate, lower-case hexadecimal
   * @param at take the lists that stood published then instead of the newest
   * @returns undefined when this authority is not the issuer
   */
  evidenceFor(serialHex: string, issuerSha256: string, at?: number): Promise<Evidence | undefined>;
  /** One piece of evidence, as a judge's need names it; undefined when this authority cannot know. */
  evidence(need: {
    readonly kind: 'crl' | 'ocsp';
    readonly issuerSha256: string;
    readonly serialHex: string;
  }): Promise<Uint8Array | undefined>;
  /** What must happen by itself: renew the responder, close what a crash left open, publish lists. Every minute is often enough. */
  runJobs(): Promise<void>;
  /** Lists, OCSP, the jobs of the outbox and the door before the app. */
  readonly status: StatusService;
  /** For the listener, before the app: OCSP and time-stamps. */
  readonly fast: FastRoute;
  /** EST, ACME and the officers' list of machines' accounts; full paths. */
  machines(more?: Pick<MachinesParts, 'limits'>): Hono;
  /** Officers, requests and senders; its app has full paths. */
  readonly console: AuthorityConsole | undefined;
  /** Closes connections of its own and ends the signer processes that were started for it. */
  stop(): Promise<void>;
  /** Generations of CAs, for who operates the authority. */
  readonly cas: CaOperation;
}

/** What a CA in force gives; undefined where none is left: lists and answers of those that ended go on. */
async function whileIssued<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (fault) {
    if (fault instanceof AuthorityFault && fault.code === 'ca.no-issuer') return undefined;
    throw fault;
  }
}

/** What the journal says of a database that knows less than was given out. */
const FORGETFUL = new Set(['journal.set-back', 'journal.forked']);
/** A row in work for longer than this belongs to a process that died. */
const UNFINISHED_AFTER = 5 * 60_000;
/** Orders of machines are kept so long after they ended. */
const FORGET_ORDERS_MS = 30 * 86_400_000;

/**
 * An issuing authority: CAs, CRL, OCSP and time-stamps over one database schema (`authority`) and one folder. What ceremonies
 * installed there is used; an empty folder becomes a practice authority, with keys made on the first start.
 *
 * @throws {AuthorityFault} `ca.*`, `keys.*`
 */
export async function authorityService(options: AuthorityOptions): Promise<AuthorityService> {
  const { db, clock, log } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const doors = options.doors ?? (options.console === undefined ? oneDoor(db) : await separatedDoors(db, options.console, log));
  const own = { cas: doors.as('antin_ca'), reading: doors.as('antin_ocsp'), status: doors.as('antin_status') };
  const cas = await openCas({ ...options, db: own.cas, baseUrl });
  const { generations } = cas;
  const issuers = issuersOf({ db: own.cas, generations, baseUrl, policies: cas.policies });
  const issuerFor: typeof issuers = (profile) => {
    const closed = options.closed?.();
    if (closed === undefined) return issuers(profile);
    throw new AuthorityFault(closed.code, `nothing is issued: ${closed.text}`);
  };
  /** A database that was set back has forgotten revocations: what it does not know must not be said to be good. */
  const setBack = () => {
    const closed = options.closed?.();
    return closed !== undefined && FORGETFUL.has(closed.code) ? closed : undefined;
  };
  const unlessSetBack = <T>(key: () => T): T => {
    const closed = setBack();
    if (closed === undefined) return key();
    throw new AuthorityFault(closed.code, `no status is signed: ${closed.text}`);
  };
  const certifying = { db: doors.as('antin_issuance'), clock };
  const { issue } = issuance({ ...certifying, issuerFor });
  const services = serviceCertificates({ db: own.cas, cas, baseUrl, clock, log });
  const subscribers = async () => fingerprint((await generations.issuerFor('person')).certificate);
  let vouched = await inUse(own.reading);
  const filledNow = async () => {
    const issuer = await whileIssued(subscribers());
    return issuer === undefined ? [] : [issuer];
  };
  let filled: readonly string[] = [];
  let tsa: CertifiedKey | undefined;
  const status = statusService({
    db: own.status,
    reading: own.reading,
    path: new URL(baseUrl).pathname,
    clock,
    caKey: (issuer) => unlessSetBack(() => generations.statusSigner(issuer)),
    responder: (issuer) => unlessSetBack(() => services.responder(issuer)),
    filled: () => filled,
    log,
  });

  const over =
    (text: string) =>
    ({ name }: { readonly name: string }) => {
      generations.forget();
      log.error({ name }, text);
    };
  async function prepare(): Promise<void> {
    await endRevoked(own.cas, clock(), over('a CA was revoked by the one above it: nothing is issued for its profiles'));
    const ended = 'a CA has reached the end of its certificate and none follows it: nothing is issued for its profiles';
    await endSpent(own.cas, clock(), over(ended));
    await services.renew();
    tsa = await whileIssued(services.tsa());
    filled = await filledNow();
    for (const one of filled) await services.responder(one);
    const closed = await reconcile(doors.as('antin_revocation'), clock() - UNFINISHED_AFTER, clock());
    if (closed > 0) log.info({ closed }, 'closed attempts that a crash left open');
    await retireNeedless(own.cas, clock(), status.closeLists, ({ name }, fault) =>
      log.error({ name, fault }, 'a generation can be retired, and its last list cannot be made here: hold a ceremony for it'),
    );
    vouched = await inUse(own.reading);
    // What a set-back database knows no more was recorded all the same: it is compared once it is restored.
    if (setBack() === undefined) await cas.watch();
    await status.everyMinute();
  }
  await prepare();

  const trust = options.clockTrust ?? localClock().trust;
  const onFault = (fault: unknown) => log.error({ fault }, 'a time-stamp could not be given');
  const policies = cas.tsaPolicies;
  const stamp = await timeStamps({
    db: doors.as('antin_time_stamp'),
    tsa: () => tsa,
    chain: vouched.issuers,
    clock,
    trust,
    policies,
    onFault,
  });

  async function evidenceFor(serialHex: string, issuerSha256: string, at?: number): Promise<Evidence | undefined> {
    const chain = await chainOf(own.reading, issuerSha256);
    if (chain.length === 0) return undefined;
    const listOf = (issuer: string) => (at === undefined ? newestCrl(own.reading, issuer) : crlAt(own.reading, issuer, at));
    const crls = await Promise.all(chain.map((one) => listOf(one.issuerSha256)));
    const wellFormed = /^([0-9a-f]{2}){1,20}$/.test(serialHex);
    const ocsp = wellFormed ? await status.responder.evidence(issuerSha256, serialHex) : undefined;
    // Of a certificate of the root the issuers below it are evidence too: somebody may ask about one of them.
    const below = chain.length === 1 ? vouched.issuers : [];
    return {
      certificates: [...below, ...chain.map((one) => one.certificate)].map((one) => one.raw),
      crls: crls.flatMap((one) => (one === undefined ? [] : [one.der])),
      ocsps: ocsp === undefined ? [] : [ocsp],
    };
  }

  const audit = auditor(own.status, clock);
  const app = new Hono();
  app.use('/crl/*', async (c, next) => (setBack() === undefined ? next() : c.body(null, 503, { 'retry-after': '600' })));
  app.route('/', status.routes);
  app.route('/', timeStampRoutes(stamp));
  const stampFast = timeStampFastRoute(`${new URL(baseUrl).pathname}/tsa`, stamp);

  async function evidence(need: { readonly kind: 'crl' | 'ocsp'; readonly issuerSha256: string; readonly serialHex: string }) {
    const found = await evidenceFor(need.serialHex, need.issuerSha256);
    return need.kind === 'crl' ? found?.crls[0] : found?.ocsps[0];
  }
  const trustAnchors = (): TrustAnchor[] =>
    vouched.roots.map((certificate) => ({ certificate, purposes: ['signer', 'time-stamp'], practice: cas.practice }));
  const registered = issuance({ ...certifying, issuerFor });
  const desk =
    options.console === undefined
      ? undefined
      : await authorityConsole({
          ...{ db, doors, dataDir: options.dataDir, clock: () => new Date(clock()), log, settings: options.console },
          trust:
            options.console.trust ??
            (() => ({ anchors: trustAnchors(), certificates: vouched.issuers.map((one) => one.raw), evidence })),
          looks: {
            ocsp: (issuerSha256, serialHex) => status.responder.evidence(issuerSha256, serialHex),
            clockTrust: trust,
            signers: async () => cas.signers?.(),
          },
          issue: (order) => issueApproved({ ...certifying, issuance: registered }, order),
          revoke({ issuerSha256, serialHex, ...wish }) {
            return revoke(doors.as('antin_revocation'), { issuerSha256, serialHex }, wish, clock());
          },
        });

  return {
    app,
    async issueCertificate(request) {
      const key = keyOf(request);
      return key.status === 'refused' ? key : issue(orderOf(request, key.spki));
    },
    async revoke(serialHex, reason, at = clock()) {
      const serial = serialHex.toLowerCase();
      const issuerSha256 = (await issuerOfSerial(own.reading, vouched.issuers, serial)) ?? filled[0] ?? '';
      const done = await revoke(doors.as('antin_revocation'), { issuerSha256, serialHex: serial }, { reason, at }, clock());
      if (done.status === 'refused') return done;
      await status
        .publish(await listsOf(own.reading, issuerSha256, serial))
        .catch((fault: unknown) => log.error({ fault }, 'revoked, but the new list could not be built yet'));
      return done;
    },
    trustAnchors,
    chain: () => [...vouched.issuers],
    timeStamp: stamp,
    ocsp: async (request) => (await status.responder.answer(request)).der,
    evidenceFor,
    evidence,
    async runJobs() {
      await prepare();
      for (const complaint of await audit()) log.error({ ...complaint }, 'published, and the linter would stop it');
      await desk?.everyMinute();
      await forgetAcmeOrders(doors.as('antin_machines'), new Date(clock() - FORGET_ORDERS_MS));
      await forgetNonces(doors.as('antin_machines'), new Date(clock()));
      if (setBack() === undefined) await status.presign();
    },
    status,
    fast: (request, response) => status.fast(request, response) || stampFast(request, response),
    machines: (more = {}) =>
      machinesApp({
        ...more,
        ...{
          db: doors.as('antin_machines'),
          opening: doors.as('antin_issuance'),
          session: doors.as('antin_session'),
          revoking: doors.as('antin_revocation'),
        },
        ...{
          baseUrl: options.publicUrl ?? baseUrl,
          dataDir: options.dataDir,
          issuance: registered,
          clock: () => new Date(clock()),
        },
        chain: async () => [...vouched.issuers, ...trustAnchors().map((anchor) => anchor.certificate)],
        issuerFor: async (profile) => (await issuerFor(profile)).certificate,
        revoke: (target, wish) => revoke(doors.as('antin_revocation'), target, wish, clock()),
        giveUp: (requestId) => giveUp(doors.as('antin_revocation'), requestId, clock()),
        onFault: (fault) => log.error({ fault }, 'a machine could not be served'),
      }),
    console: desk,
    cas: caOperation(own.cas, cas, clock, prepare),
    async stop() {
      if (options.doors === undefined) await doors.close();
      await cas.stop();
    },
  };
}
