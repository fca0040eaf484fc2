import { html } from 'hono/html';
import type { Language } from '@antin/protocol/basics';
import type { Problem } from '@antin/protocol/problem';
import type { PracticePerson } from '@antin/protocol/office/session';
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

/** Sign-in. The island `public/island.ts` posts the form as JSON to `/api/session` and goes on to the office. */
export function signInPage(page: SignInPage): Html {
  const t = translator(publicWords, page.language);
  const problem = page.problem;
  const practice = page.people !== undefined;
  return documentShell({
    language: page.language,
    title: t('sign-in.page'),
    assets: page.assets,
    className: 'public',
    body: html`${publicHeader(page.language, { vi: paths.signIn, en: paths.signIn }, 'sign-in')}
      ${practice ? html`<p class="practice-banner"><strong>${t('practice.tag')}</strong> ${t('practice.banner')}</p>` : ''}
      <main id="main" class="public-main sign-in ${practice ? 'with-people' : ''}">
        <form
          id="sign-in"
          class="sign-in-form"
          method="post"
          action="${paths.signIn}"
          novalidate
          data-office="${paths.office}"
          data-busy="${t('sign-in.busy')}"
          data-empty="${t('sign-in.empty')}"
          data-unreachable="${t('sign-in.unreachable')}"
        >
          <h1>${t('sign-in.title')}</h1>
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
          <p class="hint">${t('sign-in.help')}</p>
        </form>
        ${practice ? peopleList(page.people ?? [], page.language) : ''}
      </main>
      ${publicFooter(page.language)}`,
  });
}

function peopleList(people: readonly PracticePerson[], language: Language): Html {
  const t = translator(publicWords, language);
  const agencies = new Map<string, PracticePerson[]>();
  for (const person of people) agencies.set(person.agencyName, [...(agencies.get(person.agencyName) ?? []), person]);
  return html`<section class="people" aria-labelledby="people-title">
    <h2 id="people-title">${t('sign-in.people')}</h2>
    <p class="hint">${t('sign-in.people.text')}</p>
    <input
      id="people-filter"
      class="input"
      type="search"
      aria-label="${t('sign-in.filter')}"
      placeholder="${t('sign-in.filter')}"
    />
    <p id="people-none" class="hint" hidden>${t('sign-in.none')}</p>
    <div class="people-scroll" tabindex="0" role="group" aria-labelledby="people-title">
      ${[...agencies].map(
        ([agency, members]) =>
          html`<section data-agency>
            <h3>${agency}</h3>
            <ul>
              ${members.map(
                (person) =>
                  html`<li data-find="${`${person.fullName} ${person.title} ${agency} ${person.signInName}`}">
                    <button type="button" data-sign-in-name="${person.signInName}">
                      <span class="who">${person.fullName}</span>
                      <span class="what">${person.title}</span>
                      <span class="role">${person.roles.map((role) => t(`role.${role}`)).join(', ')}</span>
                    </button>
                  </li>`,
              )}
            </ul>
          </section>`,
      )}
    </div>
  </section>`;
}
