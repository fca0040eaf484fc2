import { Hono } from 'hono';
import { enqueue } from '@antin/adapters/db/outbox';
import { officeDay } from '@antin/adapters/clock/days';
import type { Migrations } from '@antin/adapters/db/migrate';
import type { JobHandler } from '@antin/adapters/db/worker';
import type { ProblemRows } from '@antin/adapters/http/problem';
import type { Db } from '@antin/adapters/db/transaction';
import type { CertificateDeps } from './certificates/deps.ts';
import { certificatesMigrations } from './certificates/migrations.ts';
import { registerListener } from './certificates/on-item.ts';
import { certificatesProblems } from './certificates/problems.ts';
import { reminderJobs, scheduleReminders } from './certificates/reminders.ts';
import { certificatesApp } from './certificates/routes.ts';
import { handOverAnswers, type HandOverSigning } from './certificates/sign-hand-over.ts';
import { certificateTasks } from './certificates/tasks.ts';
import { limitsNow } from './certificates/deps.ts';
import { actsGivenBack } from './certificates/ask.ts';
import type { IssuerDeps } from './issuers/deps.ts';
import { issuerJobs, scheduleShredding, SEAL_QUEUE } from './issuers/jobs.ts';
import { issuersMigrations } from './issuers/migrations.ts';
import { openCounts } from './issuers/open-store.ts';
import { leaderRule } from './issuers/leader-rule.ts';
import { issuersProblems } from './issuers/problems.ts';
import { issuersApp } from './issuers/routes.ts';
import { requestAnswers, requestParts, SIGNED_QUEUE } from './issuers/sign-request.ts';
import { requestsToSign } from './issuers/signing-store.ts';
import { signedRequests, type RequestFinishing } from './issuers/signed-request.ts';
import { resumeImports } from './needs/import.ts';
import { needsJobs, TIDY_QUEUE } from './needs/jobs.ts';
import { needsMigrations } from './needs/migrations.ts';
import { needsProblems } from './needs/problems.ts';
import { needsGivenBack } from './needs/request.ts';
import { needsApp } from './needs/routes.ts';
import { needsTasks } from './needs/tasks.ts';
import { requestBatch, requestOrWait } from './reorganisation/request.ts';
import { scopeOf } from './scope.ts';
import type { Caller } from './session/caller.ts';

/** What the certificate side needs from outside; connectors and seal say how requests reach the issuer. */
export interface CertificateSideDeps
  extends
    CertificateDeps,
    Pick<IssuerDeps, 'connectors' | 'defaultConnector' | 'sealer' | 'unsealed' | 'pollMs' | 'judgeArchive'> {}

export const certificateSideMigrations: Migrations = { ...issuersMigrations, ...certificatesMigrations, ...needsMigrations };
export const certificateSideProblems: ProblemRows = { ...issuersProblems, ...certificatesProblems, ...needsProblems };

export interface CertificateSide {
  readonly app: Hono;
  readonly jobs: Readonly<Record<string, JobHandler>>;
  /** How much waits for a certificate officer, for the number beside the menu. */
  readonly tasksOf: (db: Db, caller: Caller) => Promise<number>;
  /** Requests that wait for the caller's signature, as the leader or for the organisation. */
  readonly requestsToSign: (db: Db, caller: Caller) => Promise<number>;
  /** The request to the issuer of what a reorganisation prepared. */
  readonly requestBatch: (reorganisationId: string, asker?: Caller) => Promise<void>;
  /** Lets records of hand-overs and requests to issuers be signed on devices. */
  signOn(signing: HandOverSigning & RequestFinishing): void;
  /** Puts the daily job of reminders into the outbox; called at each start. */
  start(): Promise<void>;
}

/** Needs, requests to issuers and the register of an agency side, put together. */
export function certificateSide(deps: CertificateSideDeps): CertificateSide {
  const issuers: IssuerDeps = { ...deps, onItem: registerListener(deps), limits: (db) => limitsNow(deps, db) };
  const needs = { ...deps, issuers };
  const app = new Hono();
  let signing: (HandOverSigning & RequestFinishing) | undefined;
  app.route(
    '/',
    issuersApp({
      ...issuers,
      signing: () => signing,
      onWithdrawn: async (tx, request) => {
        await actsGivenBack(tx, request);
        await needsGivenBack(tx, request);
      },
    }),
  );
  app.route(
    '/',
    certificatesApp({ ...deps, issuers, signing: () => signing, needsTasks: (db, caller) => needsTasks(deps, db, caller) }),
  );
  app.route('/', needsApp(needs));
  return {
    app,
    jobs: {
      ...issuerJobs(issuers),
      [SIGNED_QUEUE]: signedRequests(issuers, () => signing),
      ...reminderJobs(deps),
      ...needsJobs(needs),
    },
    async tasksOf(db, caller) {
      const scope = await scopeOf(db, caller.position.agencyId);
      const own = await certificateTasks(db, scope, await openCounts(db, scope), deps.clock(), await limitsNow(deps, db));
      const stated = await needsTasks(deps, db, caller);
      return [...own, ...stated].reduce((sum, task) => sum + task.count, 0);
    },
    requestsToSign: async (db, { position: { agencyId, roles } }) => {
      const rule = await leaderRule(issuers, db);
      if (roles.includes('clerk'))
        return requestsToSign(db, agencyId, rule === 'required' ? 'organisation-after-leader' : 'organisation');
      return roles.includes('leader') && rule === 'required' ? requestsToSign(db, agencyId, 'leader') : 0;
    },
    requestBatch: (id, asker) => {
      const batch = { certificates: deps, issuers };
      return asker === undefined ? requestOrWait(batch, id) : requestBatch(batch, id, asker);
    },
    signOn(devices) {
      signing = devices;
      devices.jobs.onAnswer('hand-over', handOverAnswers(deps, devices.jobs));
      devices.jobs.onAnswer('request', requestAnswers(deps));
      devices.jobs.onPart('request', requestParts(deps));
    },
    async start() {
      await scheduleReminders(deps.db, deps.clock());
      await scheduleShredding(deps.db, deps.clock());
      await enqueue(deps.db, { queue: SEAL_QUEUE, key: '1', payload: {} });
      await resumeImports(needs);
      await enqueue(deps.db, { queue: TIDY_QUEUE, key: officeDay(deps.clock()), payload: {} });
    },
  };
}
