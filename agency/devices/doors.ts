import type { Context } from 'hono';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { FileStore } from '@antin/adapters/files/store';
import type { Caller } from '../session/caller.ts';
import type { Clock } from '@antin/adapters/clock/clock';
import type { DeviceDirectory } from './jobs.ts';
import type { PlatformKey } from './platform-key.ts';
import type { JobsWithAnswers } from './signing-jobs.ts';
import type { Wake } from './wake.ts';

/** What the routes of devices need from outside. */
export interface DevicesDeps {
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
  /** The signed-in person. @throws {Refusal} when there is none */
  readonly callerOf: (c: Context) => Promise<Caller>;
  readonly wake: Wake;
}
