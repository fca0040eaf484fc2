import { useSpeech } from '../../staff/language.tsx';
import { SubPlaces } from '../shell/SubPlaces.tsx';
import { useSession } from '../data/session-query.ts';

const PAGES = [
  ['/co-quan', 'dir.nav.tree'],
  ['/co-quan/nhap', 'dir.nav.import'],
  ['/sap-xep', 'dir.nav.reorganisation'],
] as const;

/** Whether the position I act in keeps the directory. */
export function useKeeps(): boolean {
  const session = useSession();
  return session.positions.some((held) => held.id === session.positionId && held.roles.includes('administrator'));
}

/** Between the pages of an administrator; everybody else has only the one. */
export function DirectoryNav() {
  const { t } = useSpeech();
  if (!useKeeps()) return null;
  return <SubPlaces label={t('dir.nav')} pages={PAGES.map(([to, text]) => [to, t(text)])} />;
}
