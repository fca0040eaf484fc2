import { Icon, type IconName } from './Icon.tsx';

export type Tone = 'plain' | 'ink' | 'amber' | 'green' | 'red';

/** A state in one or two words, never by colour alone and never clickable. */
export function Tag({ tone = 'plain', icon, text }: { readonly tone?: Tone; readonly icon?: IconName; readonly text: string }) {
  return (
    <span className={`tag ${tone}`}>
      {icon === undefined ? null : <Icon name={icon} size={14} />}
      {text}
    </span>
  );
}
