import { Link } from '@tanstack/react-router';
import { useSpeech } from '../../staff/language.tsx';

const PAGES = [
  ['/chung-thu-so', 'cert.nav.register'],
  ['/chung-thu-so/du-bao', 'cert.nav.forecast'],
  ['/chung-thu-so/thiet-bi', 'cert.nav.devices'],
  ['/ho-so-cap', 'cert.nav.requests'],
  ['/ket-qua-chua-khop', 'cert.nav.answers'],
  ['/chung-thu-so/nhap', 'cert.nav.import'],
  ['/chung-thu-so/thoi-han', 'cert.nav.limits'],
  ['/chung-thu-cua-toi', 'cert.nav.mine'],
] as const;

/** Between the pages of a certificate officer. */
export function CertificateNav() {
  const { t } = useSpeech();
  return (
    <nav className="sub-places no-print" aria-label={t('cert.nav')}>
      {PAGES.map(([to, text]) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
          {t(text)}
        </Link>
      ))}
    </nav>
  );
}
