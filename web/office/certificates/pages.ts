import '../../i18n/words/pages-certificates.ts';
import './certificates.css';

// One lazily loaded piece: whoever opens the register soon opens a certificate.
export { CertificatePage } from './CertificatePage.tsx';
export { CertificatesPage } from './CertificatesPage.tsx';
export { ForecastPage } from './ForecastPage.tsx';
export { ImportPage } from './ImportPage.tsx';
export { KeyDevicesPage } from './KeyDevicesPage.tsx';
export { LimitsPage } from './LimitsPage.tsx';
export { MyCertificatesPage } from './MyCertificatesPage.tsx';
export { RequestPage } from './RequestPage.tsx';
export { RequestsPage } from './RequestsPage.tsx';
export { Tasks } from './Tasks.tsx';
export { RequestsToSign } from './RequestsToSign.tsx';
