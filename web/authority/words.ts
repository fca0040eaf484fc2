import { consolePageWords } from '../i18n/words/authority-pages.ts';
import { consoleWords } from '../i18n/words/authority.ts';

// Imported by every page that is loaded lazily, so that the first load stays small.
Object.assign(consoleWords, consolePageWords);
