import type { RoundState, SheetState } from '@antin/protocol/office/needs';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { useSpeech } from '../../staff/language.tsx';

const rounds: Readonly<Record<RoundState, readonly [Tone, IconName]>> = {
  open: ['ink', 'clock'],
  closed: ['amber', 'file'],
  requested: ['green', 'check'],
  cancelled: ['plain', 'close'],
};

export function RoundTag({ state }: { readonly state: RoundState }) {
  const { t } = useSpeech();
  const [tone, icon] = rounds[state];
  return <Tag tone={tone} icon={icon} text={t(`round.${state}`)} />;
}

const sheets: Readonly<Record<SheetState, readonly [Tone, IconName]>> = {
  stating: ['plain', 'pen'],
  submitted: ['ink', 'clock'],
  returned: ['amber', 'back'],
  accepted: ['green', 'check'],
};

export function SheetTag({ state }: { readonly state: SheetState }) {
  const { t } = useSpeech();
  const [tone, icon] = sheets[state];
  return <Tag tone={tone} icon={icon} text={t(`sheet.state.${state}`)} />;
}
