import { hasRole, existsOn } from './rules.ts';
import { officeDay } from '@antin/adapters/clock/days';
import type { DeviceDirectory } from '@antin/adapters/devices/jobs';
import type { Clock } from '@antin/adapters/clock/clock';
import { bindingByName, personNameById, positionById } from './store.ts';

/** What the devices feature asks of the directory. */
export function directoryForDevices(clock: Clock): DeviceDirectory {
  return {
    async bindingOf(db, certificate) {
      const bound = await bindingByName(db, certificate.issuer, certificate.serialHex);
      // The same issuer and serial number on other bytes is a forgery or an accident: not ours.
      if (bound === undefined || !Buffer.from(bound.der).equals(Buffer.from(certificate.der))) return undefined;
      if (bound.personId !== null) return { kind: 'person', personId: bound.personId };
      return { kind: 'organisation', agencyId: bound.agencyId! };
    },
    async personName(db, personId) {
      return (await personNameById(db, personId)) ?? '';
    },
    async sealAgencyOf(db, who) {
      const position = await positionById(db, who.positionId);
      const clerk =
        position !== undefined &&
        position.personId === who.personId &&
        hasRole(position, 'clerk') &&
        existsOn(position, officeDay(clock()));
      return clerk ? position.agencyId : undefined;
    },
  };
}
