import type { Clock } from '../clock/clock.ts';
import type { AnyDatabase } from '../db/connect.ts';
import type { DeviceDirectory } from './jobs.ts';
import type { PlatformKey } from './platform-key.ts';
import { signingJobs, type JobsWithAnswers } from './signing-jobs.ts';
import { startWake, type Wake } from './wake.ts';

/** Token agents and their orders, once an installation: office and authority join with those whom they know. */
export interface Devices {
  readonly jobs: JobsWithAnswers;
  /** All joined directories as one. */
  readonly directory: DeviceDirectory;
  readonly wake: Wake;
  readonly platformKey: PlatformKey;
  /** Adds the people of one room. Their ids are random and never meet. */
  join(directory: DeviceDirectory): void;
  stop(): Promise<void>;
}

export function sharedDevices(deps: {
  readonly db: AnyDatabase;
  readonly clock: Clock;
  readonly profile: 'practice' | 'production';
  readonly platformKey: PlatformKey;
  readonly onFault?: (fault: unknown) => void;
}): Devices {
  const { db, clock, profile, platformKey } = deps;
  const joined: DeviceDirectory[] = [];
  async function first<T>(ask: (directory: DeviceDirectory) => Promise<T | undefined>): Promise<T | undefined> {
    for (const one of joined) {
      const found = await ask(one);
      if (found !== undefined && found !== '') return found;
    }
    return undefined;
  }
  const directory: DeviceDirectory = {
    bindingOf: (reader, certificate) => first((one) => one.bindingOf(reader, certificate)),
    personName: async (reader, personId) => (await first((one) => one.personName(reader, personId))) ?? '',
    sealAgencyOf: (reader, who) => first((one) => one.sealAgencyOf(reader, who)),
  };
  const wake = startWake(db, deps.onFault);
  return {
    jobs: signingJobs({ clock, directory, profile }),
    ...{ directory, wake, platformKey },
    join: (one) => void joined.push(one),
    stop: () => wake.stop(),
  };
}
