import type { Hono } from 'hono';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Settings } from '@antin/adapters/config/settings';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Doors } from '@antin/authority/database-roles/doors';
import type { Migrations } from '@antin/adapters/db/migrate';
import type { JobHandler } from '@antin/adapters/db/worker';
import type { FastRoute } from '@antin/adapters/http/listen';
import type { ProblemRows } from '@antin/adapters/http/problem';
import type { FileStore } from '@antin/adapters/files/store';
import type { Log } from '@antin/adapters/log/log';
import type { DataFolder } from './data-folder.ts';

/** What every service is given; rooms take the pieces they need as arguments. */
export interface ServiceContext {
  readonly settings: Settings;
  readonly folder: DataFolder;
  /** What an office works with: the owner's connection in practice, its own part's in production. */
  readonly db: AnyDatabase;
  /** As the owner of the tables: only in `prepare`, in production it is closed then. */
  readonly owner: AnyDatabase;
  /** The connections of all parts, from `prepare` on. */
  readonly doors: () => Doors;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Where people reach us; known before any service is made. */
  readonly publicUrl: string;
}

/** One service, put together from rooms. Calls come in this order: migrations, prepare, app and jobs, stop. */
export interface Service {
  readonly name: string;
  /** Steps of its tables; the set has the service's name. */
  readonly migrations?: Migrations;
  /** After all migrations, before the first request: keys of its own, demo data of the first start. */
  prepare?(): Promise<void>;
  /** Routes with their full paths. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each app has its own variables
  readonly app?: Hono<any>;
  /** Asked before the app, once the installation is open. */
  readonly fast?: FastRoute;
  /** What `/healthz` says of it beside "ok": nothing that must not be public. */
  health?(): Promise<{ readonly status: 'ok' | 'alarm' }>;
  /** Words of its refusals. */
  readonly problems?: ProblemRows;
  /** Handlers of the job queues that it works off. */
  readonly jobs?: Readonly<Record<string, JobHandler>>;
  /** What must happen by itself: called at once and then every minute, never twice at a time. */
  everyMinute?(): Promise<void>;
  /** After the address answers: child processes. */
  started?(): Promise<void>;
  stop?(): Promise<void>;
  /** Lines for the terminal: sign-in names, addresses. */
  greeting?(): readonly string[];
}

export type MakeService = (context: ServiceContext) => Service | Promise<Service>;
