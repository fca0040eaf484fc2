import '../../i18n/words/pages-certificates.ts';
import '../certificates/certificates.css';
import './needs.css';

// One lazily loaded piece: a round leads to its sheets.
export { RoundPage } from './RoundPage.tsx';
export { RoundsPage } from './RoundsPage.tsx';
export { SheetPage } from './SheetPage.tsx';
