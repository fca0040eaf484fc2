import type { CertificateState } from '@antin/protocol/office/certificates';
import type { KeyDeviceState } from '@antin/protocol/office/key-devices';
import type { IssuerRequest, ItemState } from '@antin/protocol/office/issuers';
import type { z } from 'zod';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { useSpeech } from '../../staff/language.tsx';

const states: Readonly<Record<CertificateState, readonly [Tone, IconName]>> = {
  requested: ['plain', 'clock'],
  approved: ['ink', 'clock'],
  issued: ['ink', 'key'],
  'handed-over': ['ink', 'person'],
  active: ['green', 'check'],
  expiring: ['amber', 'warn'],
  expired: ['red', 'close'],
  revoked: ['red', 'bad'],
  replaced: ['plain', 'back'],
  refused: ['red', 'bad'],
};

export function CertificateTag({ state }: { readonly state: CertificateState }) {
  const { t } = useSpeech();
  const [tone, icon] = states[state];
  return <Tag tone={tone} icon={icon} text={t(`cert.state.${state}`)} />;
}

const devices: Readonly<Record<KeyDeviceState, readonly [Tone, IconName]>> = {
  'in-stock': ['plain', 'key'],
  'with-subscriber': ['green', 'person'],
  locked: ['amber', 'warn'],
  lost: ['red', 'bad'],
  broken: ['amber', 'warn'],
  'to-return': ['amber', 'back'],
  returned: ['plain', 'check'],
};

export function KeyDeviceTag({ state }: { readonly state: KeyDeviceState }) {
  const { t } = useSpeech();
  const [tone, icon] = devices[state];
  return <Tag tone={tone} icon={icon} text={t(`key-device.${state}`)} />;
}

const requests: Readonly<Record<IssuerRequest['state'], readonly [Tone, IconName]>> = {
  prepared: ['ink', 'file'],
  sending: ['ink', 'out'],
  'to-carry': ['amber', 'file'],
  sent: ['ink', 'clock'],
  finished: ['green', 'check'],
  refused: ['red', 'bad'],
  withdrawn: ['plain', 'back'],
};

export function RequestTag({ request }: { readonly request: Pick<IssuerRequest, 'state' | 'sealedBy'> }) {
  const { t } = useSpeech();
  const { state, sealedBy } = request;
  if (state === 'prepared') {
    return sealedBy === undefined ? (
      <Tag tone="amber" icon="pen" text={t('req.state.to-sign')} />
    ) : (
      <Tag tone="ink" icon="check" text={t('req.state.signed')} />
    );
  }
  const [tone, icon] = requests[state];
  return <Tag tone={tone} icon={icon} text={t(`req.state.${state}`)} />;
}

const items: Readonly<Record<z.infer<typeof ItemState>, readonly [Tone, IconName]>> = {
  waiting: ['plain', 'clock'],
  received: ['plain', 'check'],
  question: ['amber', 'help'],
  approved: ['ink', 'check'],
  issued: ['green', 'check'],
  revoked: ['green', 'check'],
  recovered: ['green', 'check'],
  refused: ['red', 'bad'],
};

export function ItemTag({ state }: { readonly state: z.infer<typeof ItemState> }) {
  const { t } = useSpeech();
  const [tone, icon] = items[state];
  return <Tag tone={tone} icon={icon} text={t(`item.${state}`)} />;
}
