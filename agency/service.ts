import { Hono } from 'hono';
import type { Migrations } from '@antin/adapters/db/migrate';
import type { JobHandler } from '@antin/adapters/db/worker';
import type { SignatureReport, ValidationReport } from '@antin/signature/validation/types';
import { distFolder } from '@antin/web/assets';
import { staticFiles } from '@antin/adapters/http/static';
import { openApi } from '@antin/protocol/openapi';
import { officeDay } from '@antin/adapters/clock/days';
import { workingCalendar, type WorkingCalendar } from '@antin/adapters/clock/working-days';
import { parseCertificates } from '@antin/pki/x509/certificate';
import { certificateSide, certificateSideMigrations, certificateSideProblems } from './certificate-side.ts';
import { leadingAgency } from './directory/agency-store.ts';
import { citizenNumbers } from './directory/citizen-number.ts';
import { fileAnswer } from './documents/routes.ts';
import { exchangeJobs } from './exchange/jobs.ts';
import { exchangeMigrations } from './exchange/migrations.ts';
import { receiptKeyOf } from './exchange/receipt-key.ts';
import { deliveriesOf } from './exchange/store.ts';
import { incomingMigrations } from './incoming/migrations.ts';
import { incomingProblems } from './incoming/problems.ts';
import { receiveMessage } from './incoming/receive.ts';
import { incomingApp } from './incoming/routes.ts';
import { incomingById, incomingCounts, keepVerification } from './incoming/store.ts';
import { issuedDocument } from './issued-document.ts';
import type { IssuerConnector } from './issuers/connector.ts';
import { filesConnector } from './issuers/files-connector.ts';
import { asicSealer, installationSealer, type RequestSealer } from './issuers/seal.ts';
import { issuedUnder } from './issuers/trusted.ts';
import { office, officeMigrations, type Office, type OfficeDeps } from './office.ts';
import type { ProblemRows } from '@antin/adapters/http/problem';
import { officeProblems } from './problems.ts';
import { pagesApp } from './public/pages.ts';
import { publicProblems } from './public/problems.ts';
import { publicApp } from './public/routes.ts';
import type { VerifyDoors } from './public/verify.ts';
import { enterIncoming, noteReceiver } from './registers/incoming-book.ts';
import { reorganisationJobs } from './reorganisation/execute.ts';
import { reorganisationMigrations } from './reorganisation/migrations.ts';
import { reorganisationApp } from './reorganisation/routes.ts';
import { practicePeople } from './session/routes.ts';
import { verificationJobs } from './verification/jobs.ts';
import { judgeWith, wholeFile } from './verification/judge.ts';
import { threadPool } from './verification/thread-pool.ts';
import type { JudgedSignature } from './signing/doors.ts';
import { evidenceOf, type TrustSource } from './verification/trust-source.ts';

/** What an agency side needs from outside; the desks' own needs are `OfficeDeps`. */
export interface AgencyServiceDeps extends Omit<
  OfficeDeps,
  'judgeSignatures' | 'deliveriesOf' | 'incomingCounts' | 'anchors' | 'evidenceFor'
> {
  readonly trust: TrustSource;
  /** The seal under printed verification reports; without it they are plain paper. */
  readonly reportSeal?: VerifyDoors['reportSeal'];
  /** Validation policies by name. */
  readonly policies?: VerifyDoors['policies'];
  readonly version: string;
  /** Ways to issuers of certificates besides files carried by people; the first is what requests take when nobody says. */
  readonly connectors?: readonly IssuerConnector[];
  /** Stands in for the organisation's signature where that is allowed; else the seal of reports, else the installation's own key. */
  readonly requestSealer?: RequestSealer;
  /** Whether requests may leave without the organisation's signature when an officer says so; in production never. */
  readonly unsealedRequests?: 'refused' | 'when-said';
  /** Whether answers that people carry must be sealed by their issuer; one that is there must hold in any case. */
  readonly resultSeal?: 'required' | 'when-present';
  /** SHA-256 of the certificates of that seal; any trusted one when left out. */
  readonly resultSealers?: ReadonlySet<string> | undefined;
  /** False where there is no time-stamp authority at all: requests are then signed without one. */
  readonly stampsRequests?: boolean;
  /** Working days of the country; Monday to Friday and the fixed holidays when left out. */
  readonly calendar?: () => WorkingCalendar;
}

export interface AgencyService {
  readonly app: Hono;
  readonly jobs: Readonly<Record<string, JobHandler>>;
  readonly problems: ProblemRows;
  readonly signingJobs: Office['signingJobs'];
  /** Once the tables are there: what runs every day. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const agencyMigrations: Migrations = {
  ...officeMigrations,
  ...exchangeMigrations,
  ...incomingMigrations,
  ...certificateSideMigrations,
  ...reorganisationMigrations,
};

export const agencyProblems: ProblemRows = {
  ...officeProblems,
  ...incomingProblems,
  ...certificateSideProblems,
  ...publicProblems,
};

/** The whole agency side: desks, exchange, arrival, verification, public pages. The one place where its features meet. */
export function agencyService(deps: AgencyServiceDeps): AgencyService {
  const { db, clock, files, trust, profile } = deps;
  const key = receiptKeyOf(deps.platformKey);
  const pool = threadPool();
  pool.warm();
  const judge = judgeWith(trust, pool.ask);
  const judgeFirst = judgeWith(trust, pool.askFirst);
  const judgeStored = async (sha256: string, name: string): Promise<ValidationReport> => {
    using source = files.source(sha256);
    // Awaited here: `using` would close the source while the judge still reads.
    return await judgedWhole({ name, file: wholeFile(source), data: [], relation: 'brought', at: clock().getTime() });
  };
  const judgedWhole = async (input: Parameters<typeof judgeFirst>[0]): Promise<ValidationReport> => {
    const { name } = input;
    const answer = await judgeFirst(input);
    if (answer.status === 'judged') return answer.report;
    throw Object.assign(new Error(`${name} was not judged`), {
      code: answer.status === 'stopped' ? answer.code : 'format.unsupported',
    });
  };
  const authorities = trust.certificates
    .flatMap((der) => parseCertificates(der))
    .filter((one) => one.basicConstraints?.ca === true);
  const ways = [...(deps.connectors ?? []), filesConnector(undefined, undefined, deps.resultSeal, deps.resultSealers)];
  const judgeContainer = (name: string) => (container: Uint8Array) =>
    judgedWhole({ name, file: { bytes: container }, data: [], relation: 'brought', at: clock().getTime() });
  const certificates = certificateSide({
    ...{ db, clock, files, vault: citizenNumbers(deps.platformKey), calendar: deps.calendar ?? (() => workingCalendar()) },
    trusted: issuedUnder(
      () => trust.anchors.map((anchor) => anchor.certificate),
      () => authorities,
    ),
    authorities: () => [...authorities, ...trust.anchors.map((anchor) => anchor.certificate)],
    judgePdf: async (pdf) => judgeStored((await files.put(pdf)).sha256, 'bien-ban.pdf'),
    connectors: new Map(ways.map((one) => [one.id, one])),
    defaultConnector: ways[0]!.id,
    judgeArchive: judgeContainer('ket-qua.asice'),
    unsealed: profile === 'production' ? 'refused' : (deps.unsealedRequests ?? 'when-said'),
    sealer:
      deps.requestSealer ??
      (deps.reportSeal === undefined ? installationSealer(key) : asicSealer(deps.reportSeal, 'installation')),
  });
  const desks = office({
    ...deps,
    certificateTasks: certificates.tasksOf,
    requestsToSign: certificates.requestsToSign,
    deliveriesOf,
    anchors: () => trust.anchors,
    evidenceFor: evidenceOf(trust),
    incomingCounts: (reader, caller) => incomingCounts(reader, caller.position.agencyId, caller.position.id),
    judgeSignatures: async (sha256) => (await judgeStored(sha256, 'document.pdf')).signatures.map(statusLine),
  });

  const raising = {
    ...{ timeStamp: deps.timeStamp, issueLevel: deps.issueLevel },
    ...{ anchors: () => trust.anchors, evidenceFor: evidenceOf(trust) },
  };
  certificates.signOn({
    ...{ jobs: desks.signingJobs, chainOf: deps.chainOf, statusOf: deps.statusOf },
    ...(deps.stampsRequests === false ? {} : { raising }),
    judge: judgeContainer('de-nghi.asice'),
  });

  const app = new Hono();
  app.use('/assets/*', staticFiles({ folder: `${distFolder}/assets`, prefix: '/assets/', immutable: true }));
  app.route(
    '/',
    pagesApp({ profile, clock, judge, practicePeople: () => practicePeople(deps), operator: () => operatorOf(deps) }),
  );
  app.route('/', desks.app);
  app.route('/', certificates.app);
  const reorganising = {
    ...{ db, clock, numbers: citizenNumbers(deps.platformKey), chainOf: deps.chainOf },
    requestBatch: certificates.requestBatch,
  };
  app.route('/', reorganisationApp(reorganising));
  app.route(
    '/',
    incomingApp({
      db,
      clock,
      key,
      enterIncoming,
      noteReceiver,
      sendFile: async (file) => fileAnswer(await files.stream(file.sha256), file),
    }),
  );
  app.route('/', publicApp({ clock, trust, judge, reportSeal: deps.reportSeal, policies: deps.policies, onFault: deps.onFault }));
  app.get('/api/openapi.json', (c) => c.json(openApi(deps.version)));

  return {
    app,
    problems: agencyProblems,
    signingJobs: desks.signingJobs,
    start: () => certificates.start(),
    jobs: {
      ...desks.jobs,
      ...certificates.jobs,
      ...reorganisationJobs(reorganising),
      ...exchangeJobs({
        ...{ db, clock, key, issuedDocument },
        deliver: (message, canonical) =>
          receiveMessage({ db, clock, key, hasFile: (sha256) => files.has(sha256) }, message, canonical),
      }),
      ...verificationJobs({
        ...{ db, clock, judge },
        openFile: files.source,
        arrived: incomingById,
        keep: keepVerification,
      }),
    },
    async stop() {
      await desks.stop();
      await pool.stop();
    },
  };
}

function statusLine(signature: SignatureReport): JudgedSignature {
  const status = STATUS[signature.indication as string] ?? 'indeterminate';
  const { signer, level, claimedSigningTime } = signature;
  if (signer === null) return { status, level };
  const at = signature.bestSignatureTimeFrom === 'time-stamp' ? signature.bestSignatureTime : claimedSigningTime;
  const name = signer.commonName ?? signer.subject;
  return {
    ...{ status, level },
    signer: { name, kind: signer.seal ? 'organisation' : 'person', at: at ?? signature.bestSignatureTime },
  };
}

const STATUS: Readonly<Record<string, JudgedSignature['status']>> = { TOTAL_PASSED: 'valid', TOTAL_FAILED: 'invalid' };

/** Who runs this installation: the highest agency below the centre, and how many agencies exist today. */
async function operatorOf(deps: Pick<AgencyServiceDeps, 'db' | 'clock'>): Promise<{ name: string; agencies: number }> {
  const { name, agencies } = await leadingAgency(deps.db, officeDay(deps.clock()));
  return { name: name ?? 'Antin', agencies };
}
