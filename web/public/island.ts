import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/texts.css';
import '../ui/layers.css';
import '../ui/verdict.css';
import './public.css';
import { rememberLanguageLinks } from './language-links.ts';
import { signInForm } from './sign-in-form.ts';

rememberLanguageLinks(document);
const form = document.querySelector<HTMLFormElement>('#sign-in');
if (form !== null) signInForm(form);
