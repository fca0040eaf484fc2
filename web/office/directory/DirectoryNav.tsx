import { Link } from '@tanstack/react-router';
import { useSpeech } from '../../staff/language.tsx';
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
  return (
    <nav className="sub-places no-print" aria-label={t('dir.nav')}>
      {PAGES.map(([to, text]) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
          {t(text)}
        </Link>
      ))}
    </nav>
  );
}
