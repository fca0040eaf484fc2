import { Hono, type Context } from 'hono';
import { httpProblems, isCoded, type ProblemRows } from '@antin/adapters/http/problem';
import { clientAddress } from '@antin/adapters/http/border';
import { limitRate, rateLimit } from '@antin/adapters/http/rate-limit';
import { readWebAssets } from '@antin/web/assets';
import { officePage } from '@antin/web/office/page';
import { languageOf, LANGUAGE_COOKIE, paths } from '@antin/web/paths';
import { signInPage } from '@antin/web/public/sign-in';
import { startPage } from '@antin/web/public/start';
import { answerPage, type UploadAnswer } from '@antin/web/verifier/answer-page';
import { verifierPage } from '@antin/web/verifier/page';
import type { PracticePerson } from '@antin/protocol/office/session';
import type { Language } from '@antin/protocol/basics';
import { publicProblems } from './problems.ts';
import { receive } from './received.ts';
import { MAX_UPLOAD_BYTES } from './routes.ts';
import { judgeReceived, type VerifyDoors } from './verify.ts';

export interface PageDoors extends Pick<VerifyDoors, 'clock' | 'judge'> {
  readonly profile: 'practice' | 'production';
  /** Names for the sign-in page; asked in the practice profile only. */
  readonly practicePeople: () => Promise<readonly PracticePerson[]>;
  readonly operator: () => Promise<{ readonly name: string; readonly agencies: number }>;
}

/** The pages that a server renders; everything else of the office happens in the browser. */
export function pagesApp(doors: PageDoors): Hono {
  const app = new Hono();
  const assets = readWebAssets();
  const { profile, clock } = doors;
  const gently = limitRate(rateLimit({ burst: 10, perMinute: 20, clock }), (c) => clientAddress(c));

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
    // For browsers without scripts: the same engine, here, and a page with the answer.
    app.post(path, gently, async (c) => {
      const { answer, status } = await uploaded(c, doors, own);
      return c.html(answerPage({ language: own, assets: assets.verifier, answer }), status);
    });
  }
  for (const path of [paths.office, `${paths.office}/*`]) {
    app.get(path, (c) => c.html(officePage({ language: language(c), assets: assets.office })));
  }
  return app;
}

async function uploaded(
  c: Context,
  doors: PageDoors,
  language: Language,
): Promise<{ readonly answer: UploadAnswer; readonly status: 200 | 400 | 413 | 415 | 422 }> {
  try {
    using received = await receive(c, MAX_UPLOAD_BYTES);
    const { report } = await judgeReceived(received, doors, {});
    return { answer: { report }, status: 200 };
  } catch (fault) {
    const rows: ProblemRows = { ...httpProblems, ...publicProblems };
    const row = isCoded(fault) ? rows[fault.code] : undefined;
    if (!isCoded(fault) || row === undefined) throw fault;
    const { title, remedy } = row;
    const problem = { title: title[language], remedy: remedy?.[language], code: fault.code };
    return { answer: { problem }, status: row.status as 400 | 413 | 415 | 422 };
  }
}

/** Vietnamese first; `?lang=` is remembered for a year. */
function language(c: Context): Language {
  const asked = c.req.query('lang');
  const chosen = languageOf(asked, c.req.header('cookie'));
  if (asked === 'vi' || asked === 'en')
    c.header('set-cookie', `${LANGUAGE_COOKIE}=${asked}; Path=/; Max-Age=31536000; SameSite=Lax`);
  return chosen;
}
