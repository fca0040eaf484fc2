import type { Reorganisation } from '@antin/protocol/office/reorganisation';
import type { IconName } from '../../ui/Icon.tsx';
import { Tag, type Tone } from '../../ui/Tag.tsx';
import { useSpeech } from '../../staff/language.tsx';

const tones: Readonly<Record<Reorganisation['state'], readonly [Tone, IconName]>> = {
  draft: ['plain', 'pen'],
  checked: ['ink', 'check'],
  scheduled: ['amber', 'clock'],
  effective: ['green', 'check'],
  cancelled: ['plain', 'close'],
};

export function ReorganisationTag({ state }: { readonly state: Reorganisation['state'] }) {
  const { t } = useSpeech();
  const [tone, icon] = tones[state];
  return <Tag tone={tone} icon={icon} text={t(`reorg.state.${state}`)} />;
}
