import { LANGUAGE_COOKIE } from '../paths.ts';

/** Keeps the choice of language for a year, for server-rendered pages and the office alike. */
export function rememberLanguage(language: string): void {
  document.cookie = `${LANGUAGE_COOKIE}=${language === 'en' ? 'en' : 'vi'}; path=/; max-age=31536000; samesite=lax`;
}

/** Links with `data-language` remember before they go. */
export function rememberLanguageLinks(root: ParentNode): void {
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a[data-language]')) {
    link.addEventListener('click', () => rememberLanguage(link.dataset['language'] ?? 'vi'));
  }
}
