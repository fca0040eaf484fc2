import '../../i18n/words/pages-certificates.ts';
import '../certificates/certificates.css';
import '../needs/needs.css';

// One lazily loaded piece: the list leads to each answer.
export { AnswerPage } from './AnswerPage.tsx';
export { AnswersPage } from './AnswersPage.tsx';
