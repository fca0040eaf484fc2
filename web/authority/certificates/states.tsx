import type { IssuedRow } from '@antin/protocol/authority/issued';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { useSpeech } from '../speech.ts';

const tags: Readonly<Record<IssuedRow['state'], readonly [Tone, IconName]>> = {
  valid: ['green', 'check'],
  'not-yet-valid': ['amber', 'clock'],
  expired: ['plain', 'clock'],
  revoked: ['red', 'bad'],
  suspended: ['amber', 'warn'],
};

export function CertificateTag({ state }: { readonly state: IssuedRow['state'] }) {
  const { t } = useSpeech();
  return <Tag tone={tags[state][0]} icon={tags[state][1]} text={t(`certs.${state}`)} />;
}

/** Profiles that subscribers get, in the order of the forms. */
export const PROFILES = [
  'person',
  'organisation',
  'device-tls-server',
  'device-tls-client',
  'device-document-service',
  'device-mail-gateway',
  'device-code-signing',
  'device-other',
  'citizen',
] as const;
