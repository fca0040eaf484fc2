import { createHash } from 'node:crypto';
import type { DeviceDirectory } from '@antin/adapters/devices/jobs';
import { officerByCertificate, officerById } from '../officers/store.ts';

/** Officers as devices know people: a certificate is an officer's when it is the very one that was bound to them. */
export const officersForDevices: DeviceDirectory = {
  async bindingOf(db, certificate) {
    const sha256 = createHash('sha256').update(certificate.der).digest('hex');
    const officer = await officerByCertificate(db, sha256);
    return officer === undefined ? undefined : { kind: 'person', personId: officer.id };
  },
  personName: async (db, officerId) => (await officerById(db, officerId))?.fullName ?? '',
  // Officers seal nothing: the authority's keys are asked elsewhere.
  sealAgencyOf: async () => undefined,
};
