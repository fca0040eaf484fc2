import { describe, expect, it } from 'vitest';
import { officePage } from '../office/page.ts';
import { languageOf } from '../paths.ts';
import { verifierPage } from '../verifier/page.ts';
import { signInPage } from './sign-in.ts';
import { startPage } from './start.ts';

const assets = { script: '/assets/a-1.js', styles: ['/assets/a-1.css'], preload: ['/assets/b-2.js'] };
const people = [
  {
    signInName: 'stc.lan',
    fullName: '<b>Lan</b> "x"',
    title: 'Chuyên viên',
    agencyName: 'Sở & Tài chính',
    roles: ['drafter' as const],
  },
];

const pages = {
  start: async (language: 'vi' | 'en') =>
    String(await startPage({ language, assets, profile: 'practice', operator: 'UBND <tỉnh>' })),
  signIn: async (language: 'vi' | 'en') => String(await signInPage({ language, assets, people })),
  verifier: async (language: 'vi' | 'en') => String(await verifierPage({ language, assets, profile: 'practice' })),
  office: async (language: 'vi' | 'en') => String(await officePage({ language, assets })),
};

describe.each(Object.keys(pages) as (keyof typeof pages)[])('the %s page', (name) => {
  it('holds under a strict content security policy: no inline script, style or handler', async () => {
    for (const language of ['vi', 'en'] as const) {
      const text = await pages[name](language);
      expect(text).toContain(`<html lang="${language}">`);
      expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
      expect([...text.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map((match) => match[1])).toEqual(['']);
      expect(text).not.toContain('[object');
      expect(text).not.toContain('undefined');
    }
  });
});

it('names of people and agencies are text, never markup', async () => {
  const text = await pages.signIn('vi');
  expect(text).toContain('&lt;b&gt;Lan&lt;/b&gt;');
  expect(text).toContain('Sở &amp; Tài chính');
  expect(await pages.start('vi')).toContain('UBND &lt;tỉnh&gt;');
});

it('the list of people is shown in practice only', async () => {
  expect(String(await signInPage({ language: 'vi', assets }))).not.toContain('people-filter');
  expect(await pages.signIn('vi')).toContain('data-sign-in-name="stc.lan"');
});

it('Vietnamese comes first; English when asked or remembered', () => {
  expect(languageOf(undefined, undefined)).toBe('vi');
  expect(languageOf('en', undefined)).toBe('en');
  expect(languageOf(undefined, 'a=1; antin-lang=en')).toBe('en');
  expect(languageOf('vi', 'antin-lang=en')).toBe('vi');
  expect(languageOf('fr', 'antin-lang=english')).toBe('vi');
});
