import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import type { Language } from '@antin/protocol/basics';
import type { PracticeOfficer } from '@antin/protocol/authority/session';
import { readWebAssets } from '@antin/web/assets';
import { consolePage } from '@antin/web/authority/page';
import { languageOf, LANGUAGE_COOKIE, paths } from '@antin/web/paths';
import { officerSignInPage } from '@antin/web/public/sign-in';

export interface ConsolePageDoors {
  readonly profile: 'practice' | 'production';
  /** Names for the sign-in page; asked in the practice profile only. */
  readonly practiceOfficers: () => Promise<readonly z.infer<typeof PracticeOfficer>[]>;
}

/** What a server renders of the console: sign-in, and the document in which everything else happens. */
export function consolePages({ profile, practiceOfficers }: ConsolePageDoors): Hono {
  const app = new Hono();
  const assets = readWebAssets();
  app.get(paths.consoleSignIn, async (c) => {
    const officers = profile === 'practice' ? { officers: await practiceOfficers() } : {};
    return c.html(officerSignInPage({ language: language(c), assets: assets.public, ...officers }));
  });
  for (const path of [paths.console, `${paths.console}/*`]) {
    app.get(path, (c) => c.html(consolePage({ language: language(c), assets: assets.authority })));
  }
  return app;
}

/** Vietnamese first; `?lang=` is remembered for a year. */
function language(c: Context): Language {
  const asked = c.req.query('lang');
  if (asked === 'vi' || asked === 'en')
    c.header('set-cookie', `${LANGUAGE_COOKIE}=${asked}; Path=/; Max-Age=31536000; SameSite=Lax`);
  return languageOf(asked, c.req.header('cookie'));
}
