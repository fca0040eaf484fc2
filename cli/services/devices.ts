import { join } from 'node:path';
import { loadPlatformKey } from '@antin/adapters/devices/platform-key';
import { sharedDevices, type Devices } from '@antin/adapters/devices/shared';
import type { ServiceContext } from './service.ts';
import type { Wires } from './wires.ts';

/** Token agents of the installation, the same for every service of the process. */
export function devicesHere({ db, clock, folder, settings, log }: ServiceContext, wires: Wires): Devices {
  wires.devices ??= sharedDevices({
    ...{ db, clock, profile: settings.profile },
    platformKey: loadPlatformKey(join(folder.path, 'platform')),
    onFault: (fault) => log.error({ fault }, 'devices met a fault'),
  });
  return wires.devices;
}
