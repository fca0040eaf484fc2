import type { Language } from '@antin/protocol/basics';

/** Addresses of pages that people see; servers mount them, pages link to them. */
export const paths = {
  start: '/',
  signIn: '/dang-nhap',
  /** Everything below it is the staff app: the server answers `officePage` for `/lam-viec` and `/lam-viec/*`. */
  office: '/lam-viec',
  /** Everything below it is the console of the issuing authority: the server answers `consolePage`. */
  console: '/co-quan-chung-thuc',
  consoleSignIn: '/co-quan-chung-thuc/dang-nhap',
  verify: { vi: '/kiem-tra', en: '/verify' },
  /** Public search of an issuer's certificates. */
  certificates: { vi: '/tra-cuu-chung-thu', en: '/certificate-search' },
} as const;

/** Cookie in which the choice of language is remembered, one year, path `/`. */
export const LANGUAGE_COOKIE = 'antin-lang';

/**
 * Vietnamese first; English when asked by `?lang=en` or by the remembered choice.
 *
 * @param cookieHeader the request's `Cookie` header
 */
export function languageOf(queryLang: string | undefined, cookieHeader: string | undefined): Language {
  if (queryLang === 'vi' || queryLang === 'en') return queryLang;
  return /(?:^|;\s*)antin-lang=en(?:;|$)/.test(cookieHeader ?? '') ? 'en' : 'vi';
}
