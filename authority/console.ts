import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { join } from 'node:path';
import { officeDay } from '@antin/adapters/clock/days';
import type { Clock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { JobHandler } from '@antin/adapters/db/worker';
import { deviceProblems } from '@antin/adapters/devices/problems';
import type { Devices } from '@antin/adapters/devices/shared';
import { openFileStore } from '@antin/adapters/files/store';
import type { FileStore } from '@antin/adapters/files/store';
import type { ProblemRows } from '@antin/adapters/http/problem';
import { setBackCode, type JournalView } from '@antin/adapters/journal/state';
import { clientAddress } from '@antin/adapters/http/border';
import { hashPassword, verifyPassword } from '@antin/adapters/password/argon2';
import type { Doors } from './database-roles/doors.ts';
import type { DatabaseRole } from './database-roles/roles.ts';
import { issuanceProblems } from './issuance/problems.ts';
import { openChanges } from './officers/change-store.ts';
import { judgeWith } from './officers/judge.ts';
import type { Trust } from './officers/judge.ts';
import { officersProblems } from './officers/problems.ts';
import { consoleReadingProblems } from './console/problems.ts';
import type { ServiceLooks } from './console/doors.ts';
import { issuedApp } from './console/issued-routes.ts';
import { operationApp } from './console/operation-routes.ts';
import { reportApp } from './console/report-routes.ts';
import { enrolmentProblems } from './enrolment/problems.ts';
import { officersApp } from './officers/routes.ts';
import { journalProblems } from './journal/problems.ts';
import { journalApp } from './journal/routes.ts';
import { foundOfficers } from './officers/seed.ts';
import type { FirstOfficer } from './officers/seed.ts';
import { tidyAhead } from './registration/ahead.ts';
import type { RegistrationDoors } from './registration/doors.ts';
import { revocationProblems } from './revocation/problems.ts';
import { countWaiting } from './registration/list.ts';
import { registrationProblems } from './registration/problems.ts';
import { requireRegisteredIssuance } from './registration/registered-issuance.ts';
import { checkRest, CHECK_QUEUE } from './registration/receive.ts';
import { requestsApp } from './registration/routes.ts';
import { sendersApp } from './registration/sender-routes.ts';
import { submissionsApp } from './registration/submission-routes.ts';
import { suspensionsApp } from './registration/suspensions.ts';
import { quarantinedCount } from './registration/submission-store.ts';
import { officersForDevices } from './statements/officers-directory.ts';
import { statementAnswers } from './statements/orders.ts';
import type { StatementDoors } from './statements/orders.ts';
import { statementsProblems } from './statements/problems.ts';
import { officerDevices, statementsApp } from './statements/routes.ts';
import { forgetOrders } from './statements/store.ts';

/** How an installation runs its console. */
export interface ConsoleSettings {
  readonly profile: 'practice' | 'production';
  /** Whether officers must sign what they do with their own token; in production always. */
  readonly signedActs: 'required' | 'when-present';
  /** Whether it is reached by https. */
  readonly secureCookie: boolean;
  /** Whom officers' and senders' signatures are believed of, when that is more than this authority itself: other issuers. */
  readonly trust?: () => Trust;
  /** Users of their own for some database roles; the others take theirs by `set role`. */
  readonly databaseUrls?: Partial<Record<DatabaseRole, string>>;
  /** The authority's own seal, under answers that people carry. */
  readonly seal?: RegistrationDoors['seal'];
  /** Token agents of the installation, for officers who sign; without them statements are signed elsewhere. */
  readonly devices?: OfficersDevices;
  /** What the process that keeps the journal knows of its copy; without it none is known. */
  readonly journal?: JournalView | undefined;
}

export interface OfficersDevices {
  /** Page of the practice agent, once it runs. */
  readonly agentPage?: () => string | undefined;
  readonly shared: Devices;
  /** Where agents fetch what they are to sign. */
  readonly files: FileStore;
  readonly origin: () => string;
  readonly chainOf: StatementDoors['chainOf'];
}

export interface ConsoleParts extends Pick<RegistrationDoors, 'issue' | 'revoke'> {
  /** As the owner of the tables: for what a start settles, and never after it. */
  readonly db: AnyDatabase;
  readonly doors: Doors;
  /** The authority's own folder; papers of requests lie below. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly settings: ConsoleSettings;
  /** Whose signatures are believed, officers' and senders'; asked each time, because CAs follow one another. */
  readonly trust: () => Trust;
  /** How the services are seen to work. */
  readonly looks: Omit<ServiceLooks, 'journal'>;
  readonly log: { info(facts: object, text: string): void; error(facts: object, text: string): void };
}

/** The issuer's console: officers, requests, senders. */
export interface AuthorityConsole {
  /** Routes with their full paths, `/authority/api/…`. */
  readonly app: Hono;
  readonly jobs: Readonly<Record<string, JobHandler>>;
  readonly registration: RegistrationDoors;
  /** The first officers of an empty installation; see `foundOfficers`. */
  foundOfficers(officers: readonly FirstOfficer[], password: string, mustChange: boolean): Promise<boolean>;
  everyMinute(): Promise<void>;
}

export const consoleProblems: ProblemRows = {
  ...officersProblems,
  ...registrationProblems,
  ...issuanceProblems,
  ...revocationProblems,
  ...statementsProblems,
  ...deviceProblems,
  ...enrolmentProblems,
  ...consoleReadingProblems,
  ...journalProblems,
};

/** Puts the console together. */
export async function authorityConsole(parts: ConsoleParts): Promise<AuthorityConsole> {
  const { db, doors, clock, settings } = parts;
  if (settings.profile === 'production' && settings.signedActs !== 'required')
    throw new TypeError('in production officers sign their acts');
  if (settings.profile === 'production') await requireRegisteredIssuance(db);
  const registration: RegistrationDoors = {
    doors,
    clock,
    files: openFileStore(join(parts.dataDir, 'registration')),
    signedActs: settings.signedActs,
    judge: (file, more) => judgeWith(parts.trust())(file, more),
    revoke: parts.revoke,
    issue: parts.issue,
    ...(settings.seal === undefined ? {} : { seal: settings.seal }),
  };
  const addressOf = clientAddress;
  const app = new Hono();
  app.route(
    '/',
    officersApp({
      ...{ doors, clock, profile: settings.profile, signedActs: settings.signedActs, secureCookie: settings.secureCookie },
      passwords: { hash: hashPassword, verify: verifyPassword },
      decoyHash: await hashPassword(randomBytes(16).toString('hex')),
      addressOf,
      agentPage: settings.devices?.agentPage,
      setBack: () => setBackCode(settings.journal),
      async countsOf(reader, officer) {
        const today = officeDay(clock());
        const waiting = await countWaiting(reader, { officerId: officer.id, today, soon: today });
        const held = (role: (typeof officer.roles)[number], count: number) => (officer.roles.includes(role) ? count : 0);
        return {
          ...{ overdue: waiting.overdue, dueToday: waiting.dueToday },
          toCheck: held('registration', waiting.toCheck),
          toApprove: held('approval', waiting.toApprove),
          toIssue: held('issuance', waiting.toIssue),
          toHandOver: held('issuance', waiting.toHandOver),
          toRevoke: held('revocation', waiting.toRevoke),
          quarantined: held('registration', await quarantinedCount(reader)),
          changesToConfirm: held('operation', await openChanges(reader)),
        };
      },
    }),
  );
  app.route('/', submissionsApp(registration));
  app.route('/', requestsApp(registration));
  app.route('/', suspensionsApp(registration));
  const reading = { ...registration, looks: { ...parts.looks, journal: settings.journal } };
  app.route('/', issuedApp(reading));
  app.route('/', operationApp(reading));
  app.route('/', reportApp(reading));
  app.route('/', journalApp({ doors, clock, view: settings.journal }));
  app.route('/', sendersApp({ ...registration, addressOf }));
  if (settings.devices !== undefined) {
    const { shared, files, origin, chainOf } = settings.devices;
    const own = { db: doors.as('antin_agents'), session: doors.as('antin_session') };
    shared.join(officersForDevices);
    shared.jobs.onAnswer('approve', statementAnswers(shared.jobs));
    app.route('/', statementsApp({ ...own, clock, jobs: shared.jobs, chainOf }));
    app.route('/', officerDevices({ ...own, clock, profile: settings.profile, origin, files, ...shared }));
  }
  return {
    app,
    registration,
    jobs: {
      async [CHECK_QUEUE](job) {
        await checkRest(registration, (job.payload as { submissionId: string }).submissionId);
        return { status: 'done' };
      },
    },
    async foundOfficers(officers, password, mustChange) {
      const passwordHash = await hashPassword(password);
      return foundOfficers(doors.as('antin_operation'), officers, {
        passwordHash,
        mustChange,
        at: clock(),
        from: officeDay(clock()),
      });
    },
    async everyMinute() {
      await forgetOrders(doors.as('antin_agents'), new Date(clock().getTime() - 86_400_000));
      await checkRest(registration);
      await tidyAhead(registration);
    },
  };
}
