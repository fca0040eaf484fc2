import type { DocumentState } from '@antin/protocol/office/documents';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { useSpeech } from '../../staff/language.tsx';
import type { OfficeKey } from '../../i18n/words/office.ts';

const documentTones: Readonly<Record<DocumentState, readonly [Tone, IconName]>> = {
  draft: ['plain', 'pen'],
  'awaiting-signature': ['ink', 'clock'],
  returned: ['amber', 'back'],
  signed: ['ink', 'pen'],
  'awaiting-seal': ['amber', 'clock'],
  issued: ['green', 'check'],
};

export function StateTag({ state }: { readonly state: DocumentState }) {
  const { t } = useSpeech();
  const [tone, icon] = documentTones[state];
  return <Tag tone={tone} icon={icon} text={t(`state.${state}`)} />;
}

/** A signature whose time-stamp is still to come; shown only then. */
export function StampTag({ pending }: { readonly pending: true | undefined }) {
  const { t } = useSpeech();
  return pending === undefined ? null : <Tag tone="amber" icon="clock" text={t('stamp.pending')} />;
}

const incomingTones = {
  arrived: ['ink', 'in'],
  registered: ['plain', 'book'],
  assigned: ['ink', 'person'],
  done: ['green', 'check'],
  refused: ['red', 'bad'],
} as const satisfies Record<string, readonly [Tone, IconName]>;

export type IncomingStateName = keyof typeof incomingTones;

export function IncomingTag({ state }: { readonly state: IncomingStateName }) {
  const { t } = useSpeech();
  const [tone, icon] = incomingTones[state];
  return <Tag tone={tone} icon={icon} text={t(`incoming.${state}`)} />;
}

export type VerdictName = 'valid' | 'invalid' | 'indeterminate' | 'unsigned';

export const verdictIcons: Readonly<Record<VerdictName, IconName>> = {
  valid: 'good',
  invalid: 'bad',
  indeterminate: 'warn',
  unsigned: 'unsigned',
};

const verdictTones: Readonly<Record<VerdictName, Tone>> = {
  valid: 'green',
  invalid: 'red',
  indeterminate: 'amber',
  unsigned: 'plain',
};

export function VerdictTag({ verdict }: { readonly verdict: VerdictName | undefined }) {
  const { t } = useSpeech();
  if (verdict === undefined) return <Tag icon="clock" text={t('verdict.checking')} />;
  return <Tag tone={verdictTones[verdict]} icon={verdictIcons[verdict]} text={t(`verdict.${verdict}`)} />;
}

/** Shown only when it is not the usual. */
export function UrgencyTag({ urgency }: { readonly urgency: 'normal' | 'urgent' | 'very-urgent' | 'flash' }) {
  const { t } = useSpeech();
  if (urgency === 'normal') return null;
  return <Tag tone="red" icon="warn" text={t(`urgency.${urgency}` as OfficeKey)} />;
}
