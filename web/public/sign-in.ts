import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import type { Problem } from '@antin/protocol/problem';
import type { PracticeOfficer } from '@antin/protocol/authority/session';
import type { PracticePerson } from '@antin/protocol/office/session';
import type { z } from 'zod';
import { translator } from '../i18n/catalogue.ts';
import { publicWords } from '../i18n/words/public.ts';
import { paths } from '../paths.ts';
import type { PageAssets } from './assets.ts';
import { documentShell, publicFooter, publicHeader, type Html } from './layout.ts';

export interface SignInPage {
  readonly language: Language;
  /** `WebAssets.public`. */
  readonly assets: PageAssets;
  /** Present in the practice profile only: the names of the sample province. */
  readonly people?: readonly PracticePerson[];
  /** A problem to show at once, e.g. an ended session. */
  readonly problem?: Problem;
}

export interface OfficerSignInPage extends Omit<SignInPage, 'people'> {
  /** Present in the practice profile only. */
  readonly officers?: readonly z.infer<typeof PracticeOfficer>[];
}

/** Somebody of the practice list, under the heading they belong to. */
interface Listed {
  readonly group: string;
  readonly signInName: string;
  readonly who: string;
  readonly what: string;
  readonly role: string;
}

/** Where a sign-in page stands, whom it asks and where it leads. */
interface Desk {
  readonly path: string;
  readonly api: string;
  readonly home: string;
  readonly words: { readonly page: Key; readonly title: Key; readonly help: Key; readonly people: Key; readonly filter: Key };
}
type Key = keyof typeof publicWords & string;

const OFFICE: Desk = {
  path: paths.signIn,
  api: '/api/session',
  home: paths.office,
  words: {
    ...{ page: 'sign-in.page', title: 'sign-in.title', help: 'sign-in.help' },
    ...{ people: 'sign-in.people', filter: 'sign-in.filter' },
  },
};

const CONSOLE: Desk = {
  path: paths.consoleSignIn,
  api: '/authority/api/session',
  home: paths.console,
  words: {
    ...{ page: 'sign-in.console.page', title: 'sign-in.console.title', help: 'sign-in.console.help' },
    ...{ people: 'sign-in.officers', filter: 'sign-in.officers.filter' },
  },
};

/** Sign-in to the office. */
export function signInPage({ people, ...page }: SignInPage): Html {
  const t = translator(publicWords, page.language);
  const listed = people?.map(({ agencyName, signInName, fullName, title, roles }) => ({
    ...{ group: agencyName, signInName, who: fullName, what: title },
    role: roles.map((role) => t(`role.${role}`)).join(', '),
  }));
  return signInAt(OFFICE, page, listed);
}

/** Sign-in of the issuing authority's officers, to its console. */
export function officerSignInPage({ officers, ...page }: OfficerSignInPage): Html {
  const t = translator(publicWords, page.language);
  const listed = officers?.map(({ signInName, fullName, roles }) => ({
    ...{ group: '', signInName, who: fullName, what: roles.map((role) => t(`role.${role}`)).join(', '), role: signInName },
  }));
  return signInAt(CONSOLE, page, listed);
}

/** The island `public/island.ts` posts the form as JSON to `/api/session` and goes on to the office. */
function signInAt(desk: Desk, page: Omit<SignInPage, 'people'>, people: readonly Listed[] | undefined): Html {
  const t = translator(publicWords, page.language);
  const problem = page.problem;
  const practice = people !== undefined;
  return documentShell({
    language: page.language,
    title: t(desk.words.page),
    assets: page.assets,
    className: 'public',
    body: html`${publicHeader(page.language, { vi: desk.path, en: desk.path }, 'sign-in')}
      ${practice ? html`<p class="practice-banner"><strong>${t('practice.tag')}</strong> ${t('practice.banner')}</p>` : ''}
      <main id="main" class="public-main sign-in ${practice ? 'with-people' : ''}">
        <form
          id="sign-in"
          class="sign-in-form"
          method="post"
          action="${desk.path}"
          novalidate
          data-api="${desk.api}"
          data-office="${desk.home}"
          data-busy="${t('sign-in.busy')}"
          data-empty="${t('sign-in.empty')}"
          data-unreachable="${t('sign-in.unreachable')}"
        >
          <h1>${t(desk.words.title)}</h1>
          <div id="problem" class="problem-summary" role="alert" tabindex="-1" ${problem === undefined ? html`hidden` : ''}>
            <h2>${t('sign-in.problem')}</h2>
            <p data-problem>${problem?.titles[page.language] ?? ''}</p>
          </div>
          <noscript><p class="problem-summary">${t('sign-in.script')}</p></noscript>
          <div class="field">
            <label for="sign-in-name">${t('sign-in.name')}</label>
            <input
              id="sign-in-name"
              name="signInName"
              class="input"
              autocomplete="username"
              autocapitalize="none"
              spellcheck="false"
              required
              maxlength="100"
            />
          </div>
          <div class="field">
            <label for="password">${t('sign-in.password')}</label>
            <input
              id="password"
              name="password"
              type="password"
              class="input"
              autocomplete="current-password"
              required
              maxlength="200"
            />
            <label class="check"><input id="show-password" type="checkbox" /> ${t('sign-in.show')}</label>
          </div>
          <button type="submit" class="button primary wide">${t('sign-in.submit')}</button>
          <p class="hint">${t(desk.words.help)}</p>
        </form>
        ${people === undefined ? '' : peopleList(desk, people, page.language)}
      </main>
      ${publicFooter(page.language)}`,
  });
}

function peopleList({ words }: Desk, people: readonly Listed[], language: Language): Html {
  const t = translator(publicWords, language);
  const groups = new Map<string, Listed[]>();
  for (const person of people) groups.set(person.group, [...(groups.get(person.group) ?? []), person]);
  return html`<section class="people" aria-labelledby="people-title">
    <h2 id="people-title">${t(words.people)}</h2>
    <p class="hint">${t('sign-in.people.text')}</p>
    <input id="people-filter" class="input" type="search" aria-label="${t(words.filter)}" placeholder="${t(words.filter)}" />
    <p id="people-none" class="hint" hidden>${t('sign-in.none')}</p>
    <div class="people-scroll" tabindex="0" role="group" aria-labelledby="people-title">
      ${[...groups].map(
        ([group, members]) =>
          html`<section data-agency>
            ${group === '' ? '' : html`<h3>${group}</h3>`}
            <ul>
              ${members.map(
                (person) =>
                  html`<li data-find="${`${person.who} ${person.what} ${group} ${person.signInName}`}">
                    <button type="button" data-sign-in-name="${person.signInName}">
                      <span class="who">${person.who}</span>
                      <span class="what">${person.what}</span>
                      <span class="role">${person.role}</span>
                    </button>
                  </li>`,
              )}
            </ul>
          </section>`,
      )}
    </div>
  </section>`;
}
