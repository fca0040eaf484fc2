import { Hono } from 'hono';
import type { z } from 'zod';
import type { FileStore } from '@antin/adapters/files/store';
import { clientAddress } from '@antin/adapters/http/border';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Migrations } from '@antin/adapters/db/migrate';
import type { JobHandler } from '@antin/adapters/db/worker';
import type { Delivery } from '@antin/protocol/office/documents';
import { devices } from '@antin/adapters/devices/devices';
import { directoryForDevices } from './directory/for-devices.ts';
import type { PlatformKey } from '@antin/adapters/devices/platform-key';
import { sharedDevices, type Devices } from '@antin/adapters/devices/shared';
import type { JobsWithAnswers } from '@antin/adapters/devices/signing-jobs';
import { deviceTablesMigrations } from './device-tables.ts';
import { directoryMigrations } from './directory/migrations.ts';
import { directoryApp } from './directory/routes.ts';
import { citizenNumbers } from './directory/citizen-number.ts';
import { importJobs } from './directory/import/operations.ts';
import { importApp } from './directory/import/routes.ts';
import { upkeepApp } from './directory/upkeep-routes.ts';
import { upkeepJobs } from './directory/upkeep.ts';
import { documentsMigrations } from './documents/migrations.ts';
import { viewOf, type Neighbours } from './documents/present.ts';
import { documentsApp, type DocumentsDoors } from './documents/routes.ts';
import { countsOfRole } from './counts-of-role.ts';
import { countWaiting, documentById, filesOf } from './documents/store.ts';
import { record } from './journal/journal.ts';
import { journalMigrations } from './journal/migrations.ts';
import { journalApp } from './journal/routes.ts';
import { registersMigrations } from './registers/migrations.ts';
import { registersApp } from './registers/routes.ts';
import { actorOf, type Caller } from './session/caller.ts';
import { sessionMigrations } from './session/migrations.ts';
import { callerOfRequest } from './session/require-person.ts';
import { sessionApp, type SessionDoors } from './session/routes.ts';
import { answerHandler, COMPLETE_QUEUE } from './signing/answers.ts';
import { completeHandler } from './signing/complete.ts';
import type { SigningDoors } from './signing/doors.ts';
import { signingMigrations } from './signing/migrations.ts';
import { abandonSigning, attemptOf, attemptPhase } from './signing/phase.ts';
import { reservedFields } from './signing/prepare.ts';
import { remembering, signaturesOf } from './signing/present.ts';
import { STAMP_QUEUE, stampLaterHandler } from './signing/stamp-later.ts';
import { stampsPendingOf } from './signing/store.ts';
import { signingApp } from './signing/routes.ts';
import { watchedAuthority } from './signing/time-stamping.ts';
import type { JournalView } from '@antin/adapters/journal/state';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';

/** What the desks of an office need from outside; later stages (exchange, incoming) are added by `service.ts`. */
export interface OfficeDeps extends Omit<SigningDoors, 'db' | 'jobs'> {
  readonly db: AnyDatabase;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly passwords: SessionDoors['passwords'];
  readonly decoyHash: string;
  readonly platformKey: PlatformKey;
  /** Under which people and agents reach us. */
  readonly origin: () => string;
  readonly deliveriesOf: (db: Db, documentId: string) => Promise<z.input<typeof Delivery>[]>;
  readonly incomingCounts: (db: Db, caller: Caller) => Promise<{ toReceive: number; toAssign: number; assignedToMe: number }>;
  /** What waits for a certificate officer. */
  readonly certificateTasks?: (db: Db, caller: Caller) => Promise<number>;
  /** Requests that wait for the signature of the caller's agency. */
  readonly requestsToSign?: (db: Db, caller: Caller) => Promise<number>;
  readonly practiceAgentUrl?: SessionDoors['practiceAgentUrl'];
  readonly maxUploadBytes?: number;
  /** Of an installation that shares them with others; made here when absent. */
  readonly devices?: Devices;
  readonly onFault?: (fault: unknown) => void;
  /** What the process that keeps the journal knows of its copy; without it none is known. */
  readonly journal?: JournalView | undefined;
}

export const officeMigrations: Migrations = {
  ...journalMigrations,
  ...directoryMigrations,
  ...sessionMigrations,
  ...documentsMigrations,
  ...registersMigrations,
  ...deviceTablesMigrations,
  ...signingMigrations,
};

export interface Office {
  readonly app: Hono;
  readonly jobs: Readonly<Record<string, JobHandler>>;
  /** Orders to devices; the practice agent is registered through it. */
  readonly signingJobs: JobsWithAnswers;
  stop(): Promise<void>;
}

/** Session, directory, documents, registers, signing and devices of an installation, put together. */
export function office(deps: OfficeDeps): Office {
  const { db, clock, files, profile } = deps;
  const own = deps.devices === undefined;
  const shared = deps.devices ?? sharedDevices(deps);
  shared.join(directoryForDevices(clock));
  const { jobs } = shared;
  const authority = watchedAuthority(deps.timeStamp);
  const signing: SigningDoors = { ...deps, db, jobs, authority, timeStamp: authority.timeStamp };
  jobs.onAnswer('sign', answerHandler(signing));
  jobs.onAnswer('issue', answerHandler(signing));

  const judge = remembering(deps.judgeSignatures, clock);
  const around: Neighbours = {
    attemptOf,
    deliveriesOf: deps.deliveriesOf,
    stampsPending: stampsPendingOf,
    async signaturesOf(reader, documentId) {
      const document = await documentById(reader, documentId);
      const main = (await filesOf(reader, documentId)).find((file) => file.role === 'main');
      if (document === undefined || main === undefined) return [];
      return signaturesOf(reader, documentId, { state: document.state, mainSha256: main.sha256 }, judge);
    },
  };
  const documents: DocumentsDoors = {
    ...{ db, files, clock, inflate: deps.inflate, around, attemptPhase },
    ...(deps.maxUploadBytes === undefined ? {} : { maxUploadBytes: deps.maxUploadBytes }),
    reservedFields: (source, places, notation) => reservedFields(deps, source, places, notation),
    abandonSigning: (tx, documentId) => abandonSigning(jobs, tx, documentId),
  };

  const app = new Hono();
  app.route(
    '/',
    sessionApp({
      ...{ db, clock, passwords: deps.passwords, decoyHash: deps.decoyHash, profile },
      secureCookie: deps.origin().startsWith('https:'),
      addressOf: clientAddress,
      countsOf: async (reader, caller) => {
        const { agencyId, id, roles } = caller.position;
        const outgoing = await countWaiting(reader, { agencyId, positionId: id });
        const certificateTasks = roles.includes('certificate-officer') ? await deps.certificateTasks?.(reader, caller) : 0;
        const incoming = await deps.incomingCounts(reader, caller);
        const requestsToSign = (await deps.requestsToSign?.(reader, caller)) ?? 0;
        return countsOfRole({ ...outgoing, ...incoming, certificateTasks: certificateTasks ?? 0, requestsToSign }, roles);
      },
      ...(deps.practiceAgentUrl === undefined ? {} : { practiceAgentUrl: deps.practiceAgentUrl }),
    }),
  );
  app.route('/', directoryApp({ db, clock }));
  const keeping = { db, clock, numbers: citizenNumbers(deps.platformKey) };
  app.route('/', upkeepApp(keeping));
  app.route('/', importApp(keeping));
  app.route('/', documentsApp(documents));
  app.route('/', registersApp({ db, clock }));
  app.route('/', journalApp({ db, clock, view: deps.journal }));
  app.route('/', signingApp({ ...signing, viewOf: (caller, id) => viewOf(db, around, caller, id, clock()) }));
  app.route(
    '/',
    devices({
      ...{ db, clock, profile, origin: deps.origin },
      ...shared,
      files,
      callerOf: async (c) => {
        const { caller } = await callerOfRequest({ db, clock }, c);
        return { ...caller, positionId: caller.position.id };
      },
      note: (tx, caller, event, detail, at) =>
        record(tx, { event, at, agencyId: caller.position.agencyId, actor: actorOf(caller), detail }),
    }),
  );
  return {
    app,
    jobs: {
      [COMPLETE_QUEUE]: completeHandler(signing),
      [STAMP_QUEUE]: stampLaterHandler(signing),
      ...upkeepJobs({ db, clock }),
      ...importJobs(keeping),
    },
    signingJobs: jobs,
    stop: async () => {
      if (own) await shared.stop();
    },
  };
}
