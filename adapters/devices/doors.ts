import type { Context } from 'hono';
import type { AnyDatabase } from '../db/connect.ts';
import type { FileStore } from '../files/store.ts';
import type { Clock } from '../clock/clock.ts';
import type { Tx } from '../db/transaction.ts';
import type { DeviceDirectory } from './jobs.ts';
import type { PlatformKey } from './platform-key.ts';
import type { JobsWithAnswers } from './signing-jobs.ts';
import type { Wake } from './wake.ts';

/** Who is signed in, in which position; a room's own caller has more. */
export interface DeviceCaller {
  readonly personId: string;
  readonly positionId: string;
}

/** What the routes of agents need from outside. */
export interface AgentDeps {
  readonly db: AnyDatabase;
  readonly clock: Clock;
  readonly directory: DeviceDirectory;
  readonly jobs: JobsWithAnswers;
  readonly platformKey: PlatformKey;
  /** `https://host[:port]` under which agents and people reach the office; known once the server listens. */
  readonly origin: () => string;
  readonly profile: 'practice' | 'production';
  /** Prepared bytes from the content-addressed store. */
  readonly files: Pick<FileStore, 'stream'>;
  readonly wake: Wake;
}

/** What a person's own list of devices needs besides. */
export interface DevicesDeps<C extends DeviceCaller = DeviceCaller> extends AgentDeps {
  /** The signed-in person. @throws {Refusal} when there is none */
  readonly callerOf: (c: Context) => Promise<C>;
  /** Who may sign from where is as much part of a room's history as what was signed: `DevicePaired`, `DeviceRemoved`. */
  readonly note: (tx: Tx, caller: C, event: string, detail: Readonly<Record<string, string>>, at: Date) => Promise<unknown>;
}
