import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/components.css';
import '../public/public.css';
import { rememberLanguageLinks } from '../public/language-links.ts';
import { verifier } from './verifier.ts';

rememberLanguageLinks(document);
verifier();
