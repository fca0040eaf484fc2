import '../../i18n/words/pages-certificates.ts';
import '../certificates/certificates.css';
import './directory.css';

// One lazily loaded piece: the directory and what changes it.
export { AgencyPage } from './AgencyPage.tsx';
export { DirectoryImportPage } from './DirectoryImportPage.tsx';
export { DirectoryImportsPage } from './DirectoryImportsPage.tsx';
export { DirectoryPage } from './DirectoryPage.tsx';
export { PersonPage } from './PersonPage.tsx';
export { NewReorganisationPage } from '../reorganisation/NewReorganisationPage.tsx';
export { ReorganisationPage } from '../reorganisation/ReorganisationPage.tsx';
export { ReorganisationsPage } from '../reorganisation/ReorganisationsPage.tsx';
