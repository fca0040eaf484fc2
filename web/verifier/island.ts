import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/texts.css';
import '../ui/layers.css';
import '../ui/verdict.css';
import '../public/public.css';
import { rememberLanguageLinks } from '../public/language-links.ts';
import { verifier } from './verifier.ts';

rememberLanguageLinks(document);
verifier();
