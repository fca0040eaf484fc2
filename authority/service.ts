import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { localClock } from '@antin/adapters/clock/watched-clock';
import type { ClockTrust } from '@antin/adapters/clock/watched-clock';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { serialHexOf } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import { buildName, parseName } from '@antin/pki/x509/name';
import { decodeDer } from '@antin/formats/der/reader';
import { openAuthorityKeys, SUBJECTS } from './ca/authority-keys.ts';
import { authorityConsole } from './console.ts';
import type { AuthorityConsole, ConsoleSettings } from './console.ts';
import { caGenerations } from './ca/generations.ts';
import { adoptFirstGenerations, practiceKeys } from './ca/practice.ts';
import type { AuthorityKeys } from './ca/authority-keys.ts';
import type { CertifiedKey } from './keys/signing-key.ts';
import { AuthorityFault } from './fault.ts';
import type { Refusal } from './fault.ts';
import { issueApproved } from './issuance/approved.ts';
import { fingerprint, issuance } from './issuance/issue.ts';
import type { Issued } from './issuance/issue.ts';
import { issuersOf } from './issuance/issuers.ts';
import { keyOf, orderOf } from './issuance/rules.ts';
import type { IssueRequest } from './issuance/rules.ts';
import { findCertificate, oneAtATime, recordExisting } from './issuance/store.ts';
import type { Database } from './issuance/store.ts';
import { profileHash } from './profiles/profile.ts';
import { subjectPartsOf } from './profiles/subject.ts';
import { PROFILES } from './profiles/table.ts';
import { reconcile, revoke } from './revocation/revoke.ts';
import type { Revoked } from './revocation/revoke.ts';
import type { RevocationReason } from './revocation/causes.ts';
import { listsOf, registerStatusIssuer } from './status/issuers.ts';
import { ISSUING_SCHEDULE, ROOT_SCHEDULE } from './status/schedule.ts';
import { statusService } from './status/service.ts';
import type { StatusService } from './status/service.ts';
import { PRACTICE_SHARDS } from './status/shards.ts';
import { crlAt, newestCrl } from './status/store.ts';
import { timeStampRoutes } from './time-stamp/routes.ts';
import { timeStamps } from './time-stamp/stamp.ts';

export interface AuthorityOptions {
  readonly db: Database;
  /** The authority's own folder; its keys lie below, readable by nobody else. */
  readonly dataDir: string;
  /** Where `app` is mounted, as certificates will say it: `http://host:port/authority`, without a slash at the end. */
  readonly baseUrl: string;
  readonly clock: () => number;
  /** Whether the clock may be stamped with now; left out, the computer is taken at its word. */
  readonly clockTrust?: () => ClockTrust;
  readonly log: Log;
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
  /** The practice root, good for signers and for time-stamps. */
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
  /** Officers, requests and senders; its app has full paths. */
  readonly console: AuthorityConsole | undefined;
  /** Closes connections of its own. */
  stop(): Promise<void>;
}

const DAY = 86_400_000;
/** A responder certificate is renewed while it still has this long: clients keep answers for a while. */
const RENEW_RESPONDER = 10 * DAY;
/** A row in work for longer than this belongs to a process that died. */
const UNFINISHED_AFTER = 5 * 60_000;

/**
 * An issuing authority for practice: root, issuing CA, CRL, OCSP and time-stamps over one database schema (`authority`)
 * and one folder. Makes its keys on the first start.
 *
 * @throws {AuthorityFault} `ca.keys-incomplete`, `ca.key-mismatch`, `ca.key-not-private`
 */
export async function authorityService(options: AuthorityOptions): Promise<AuthorityService> {
  const { db, dataDir, clock, log } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Two processes that start at once on an empty folder must not each make a root.
  const keys = await oneAtATime(db, async () => openAuthorityKeys(dataDir, baseUrl, Math.floor(clock() / 1000) * 1000));
  const root = fingerprint(keys.root.certificate);
  const issuing = fingerprint(keys.issuing.certificate);
  await recordHierarchy(db, keys, clock());
  await oneAtATime(db, () => adoptFirstGenerations(db, keys, clock()));
  const generations = caGenerations({ db, keyOf: practiceKeys(keys.folder) });
  const issuerFor = issuersOf({ db, generations, baseUrl, policies: [PRACTICE_POLICY] });
  const { issue } = issuance({ db, issuerFor, clock });

  const services = new Map<'ocsp' | 'tsa', CertifiedKey>();
  const service = (name: 'ocsp' | 'tsa') => () => services.get(name) as CertifiedKey;
  async function ensure(name: 'ocsp' | 'tsa', spare: number): Promise<void> {
    // What this process holds, then what lies in the folder: another process may have renewed it.
    for (const known of [services.get(name), keys.service(name)]) {
      if (known === undefined) continue;
      const { notBefore, notAfter, serialHex } = known.certificate;
      if (notBefore > clock() || notAfter - clock() <= spare) continue;
      if ((await findCertificate(db, issuing, serialHex))?.state !== 'good') continue;
      services.set(name, known);
      return;
    }
    const subject = subjectPartsOf(parseName(decodeDer(buildName(SUBJECTS[name]))));
    const issued = await issue({ profile: name, subject, spki: keys.serviceKey(name) });
    if (issued.status === 'refused') {
      throw new AuthorityFault('ca.tbs-refused', `no certificate for ${name}: ${issued.code} ${issued.detail ?? ''}`);
    }
    keys.folder.writeCertificate(name, issued.certificate);
    services.set(name, keys.service(name) as CertifiedKey);
    log.info({ name, serial: issued.serialHex }, 'certified a service key');
  }
  const common = { expiredStay: true, baseUrl };
  const rootCa = { ...common, name: 'root', certificate: keys.root.certificate, shards: 0, schedule: ROOT_SCHEDULE };
  await registerStatusIssuer(db, rootCa, clock());
  const issuingCa = { ...common, name: 'issuing', certificate: keys.issuing.certificate, shards: PRACTICE_SHARDS };
  await registerStatusIssuer(db, { ...issuingCa, schedule: ISSUING_SCHEDULE }, clock());
  const status = statusService({
    db,
    path: new URL(baseUrl).pathname,
    clock,
    caKey: (issuer) => (issuer === issuing ? keys.issuing : issuer === root ? keys.root : undefined),
    responder: (issuer) => (issuer === issuing ? services.get('ocsp') : undefined),
    filled: () => [issuing],
    log,
  });

  async function prepare(): Promise<void> {
    await oneAtATime(db, async () => {
      await ensure('ocsp', RENEW_RESPONDER);
      await ensure('tsa', 365 * DAY);
    });
    const closed = await reconcile(db, clock() - UNFINISHED_AFTER, clock());
    if (closed > 0) log.info({ closed }, 'closed attempts that a crash left open');
    await status.everyMinute();
  }
  await prepare();

  const chain = [keys.issuing.certificate];
  const trust = options.clockTrust ?? localClock().trust;
  const onFault = (fault: unknown) => log.error({ fault }, 'a time-stamp could not be given');
  const stamp = await timeStamps({ db, tsa: service('tsa'), chain, clock, trust, onFault });

  async function evidenceFor(serialHex: string, issuerSha256: string, at?: number): Promise<Evidence | undefined> {
    if (issuerSha256 !== issuing && issuerSha256 !== root) return undefined;
    const listOf = (issuer: string) => (at === undefined ? newestCrl(db, issuer) : crlAt(db, issuer, at));
    const crls = await Promise.all((issuerSha256 === root ? [root] : [issuing, root]).map(listOf));
    // Only the issuing CA has a responder; the root's few certificates are on its list.
    const wellFormed = /^([0-9a-f]{2}){1,20}$/.test(serialHex);
    const ocsp = wellFormed ? await status.responder.evidence(issuerSha256, serialHex) : undefined;
    return {
      certificates: [keys.issuing.certificate.raw, keys.root.certificate.raw],
      crls: crls.flatMap((one) => (one === undefined ? [] : [one.der])),
      ocsps: ocsp === undefined ? [] : [ocsp],
    };
  }

  const app = new Hono();
  app.route('/', status.routes);
  app.route('/', timeStampRoutes(stamp));

  async function evidence(need: { readonly kind: 'crl' | 'ocsp'; readonly issuerSha256: string; readonly serialHex: string }) {
    const found = await evidenceFor(need.serialHex, need.issuerSha256);
    return need.kind === 'crl' ? found?.crls[0] : found?.ocsps[0];
  }
  const trustAnchors = (): TrustAnchor[] => [{ certificate: keys.root.certificate, purposes: ['signer', 'time-stamp'] }];
  const desk =
    options.console === undefined
      ? undefined
      : await authorityConsole({
          ...{ db, dataDir, clock: () => new Date(clock()), log, settings: options.console },
          trust: { anchors: trustAnchors(), certificates: [keys.issuing.certificate.raw], evidence },
          issueIn(doors) {
            const own = { db: doors.as('antin_issuance'), clock };
            const registered = issuance({ ...own, issuerFor });
            return (order) => issueApproved({ ...own, issuance: registered }, order);
          },
          revokeIn: (doors) => (order) => {
            const { issuerSha256, serialHex, ...wish } = order;
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
      const done = await revoke(db, { issuerSha256: issuing, serialHex: serialHex.toLowerCase() }, { reason, at }, clock());
      if (done.status === 'refused') return done;
      await status
        .publish(await listsOf(db, issuing, serialHex.toLowerCase()))
        .catch((fault: unknown) => log.error({ fault }, 'revoked, but the new list could not be built yet'));
      return done;
    },
    trustAnchors,
    chain: () => [...chain],
    timeStamp: stamp,
    ocsp: async (request) => (await status.responder.answer(request)).der,
    evidenceFor,
    evidence,
    async runJobs() {
      await prepare();
      await desk?.everyMinute();
      await status.presign();
    },
    status,
    console: desk,
    stop: async () => desk?.stop(),
  };
}

/** Root and issuing CA stand in the records like everything they issue, so that a revocation can be written for them. */
async function recordHierarchy(db: Database, keys: AuthorityKeys, now: number): Promise<void> {
  const issuerSha256 = fingerprint(keys.root.certificate);
  for (const name of ['root', 'issuing'] as const) {
    const { certificate } = keys[name];
    await recordExisting(
      db,
      {
        issuerSha256,
        serialHex: serialHexOf(certificate.serialNumber),
        profile: name,
        profileHash: profileHash(PROFILES[name]),
        subject: SUBJECTS[name]
          .map(([type, text]) => `${type}=${text}`)
          .reverse()
          .join(','),
        spkiSha256: createHash('sha256').update(certificate.spki).digest('hex'),
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        at: now,
      },
      certificate.raw,
    );
  }
}
