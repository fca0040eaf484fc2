import type { Subject } from '@antin/protocol/certificates/subject';
import { ISSUING, OCSP, ROOT, TSA } from './hierarchy.ts';
import type { Profile, ProfileName } from './profile.ts';
import { CITIZEN, DEVICES, ORGANISATION, PERSON } from './subscribers.ts';

const ALL: readonly Profile[] = [ROOT, ISSUING, OCSP, TSA, PERSON, ORGANISATION, ...DEVICES, CITIZEN];

/** Every profile of this authority by name; what is not here cannot be issued. */
export const PROFILES = Object.fromEntries(ALL.map((one) => [one.name, one])) as Readonly<Record<ProfileName, Profile>>;

export type SubscriberProfile = Exclude<ProfileName, 'root' | 'issuing' | 'ocsp' | 'tsa'>;
export const SUBSCRIBER_PROFILES = ALL.filter(({ holder }) => holder === 'official' || holder === 'citizen').map(
  ({ name }) => name as SubscriberProfile,
);

/** The profile that answers a form of Decree 68/2024. */
export function profileFor(subject: Subject): SubscriberProfile {
  if (subject.form === '01') return 'person';
  return subject.form === '02' ? 'organisation' : `device-${subject.use}`;
}
