import { Hono, type Context } from 'hono';
import { readWebAssets } from '@antin/web/assets';
import { officePage } from '@antin/web/office/page';
import { languageOf, LANGUAGE_COOKIE, paths } from '@antin/web/paths';
import { signInPage } from '@antin/web/public/sign-in';
import { startPage } from '@antin/web/public/start';
import { verifierPage } from '@antin/web/verifier/page';
import type { PracticePerson } from '@antin/protocol/office/session';
import type { Language } from '@antin/protocol/basics';

export interface PageDoors {
  readonly profile: 'practice' | 'production';
  /** Names for the sign-in page; asked in the practice profile only. */
  readonly practicePeople: () => Promise<readonly PracticePerson[]>;
  readonly operator: () => Promise<{ readonly name: string; readonly agencies: number }>;
}

/** The pages that a server renders; everything else of the office happens in the browser. */
export function pagesApp(doors: PageDoors): Hono {
  const app = new Hono();
  const assets = readWebAssets();
  const { profile } = doors;

  app.get(paths.start, async (c) => {
    const { name, agencies } = await doors.operator();
    return c.html(startPage({ language: language(c), assets: assets.public, profile, operator: name, agencies }));
  });
  app.get(paths.signIn, async (c) => {
    const people = profile === 'practice' ? { people: await doors.practicePeople() } : {};
    return c.html(signInPage({ language: language(c), assets: assets.public, ...people }));
  });
  for (const [own, path] of Object.entries(paths.verify) as [Language, string][]) {
    // The address says the language: /kiem-tra is Vietnamese, /verify is English, whatever was chosen before.
    app.get(path, (c) => c.html(verifierPage({ language: own, assets: assets.verifier, profile })));
  }
  for (const path of [paths.office, `${paths.office}/*`]) {
    app.get(path, (c) => c.html(officePage({ language: language(c), assets: assets.office })));
  }
  return app;
}

/** Vietnamese first; `?lang=` is remembered for a year. */
function language(c: Context): Language {
  const asked = c.req.query('lang');
  const chosen = languageOf(asked, c.req.header('cookie'));
  if (asked === 'vi' || asked === 'en')
    c.header('set-cookie', `${LANGUAGE_COOKIE}=${asked}; Path=/; Max-Age=31536000; SameSite=Lax`);
  return chosen;
}
