import { useSpeech } from '../../staff/language.tsx';
import { SubPlaces } from '../shell/SubPlaces.tsx';

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
  return <SubPlaces label={t('cert.nav')} pages={PAGES.map(([to, text]) => [to, t(text)])} />;
}
