import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launch, seat, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { Officer } from './officer.ts';
import { consent, openAgent } from './walk.ts';

export const DESK = '/co-quan-chung-thuc';

/** The issuer's console of a whole installation, with officers at screens of their own and the practice device open. */
export class IssuerDesk {
  readonly installation: Installation;
  readonly browser: Browser;
  readonly agent: Page;
  /** For what is downloaded and uploaded. */
  readonly folder: string;
  private readonly seats = new Map<string, Seat>();

  private constructor(installation: Installation, browser: Browser, agent: Page) {
    [this.installation, this.browser, this.agent] = [installation, browser, agent];
    this.folder = mkdtempSync(join(tmpdir(), 'antin console '));
  }

  static async open(): Promise<IssuerDesk> {
    const [installation, browser] = await Promise.all([startInstallation(), launch()]);
    return new IssuerDesk(installation, browser, await openAgent(browser, installation));
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.installation[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Whether an officer has sat down already, and is still signed in. */
  known(name: string): Page | undefined {
    return this.seats.get(name)?.page;
  }

  /** A new screen, nobody signed in. */
  async screen(name: string): Promise<Seat> {
    const place = await seat(this.browser);
    this.seats.set(name, place);
    return place;
  }

  /** Signed in by the API: the page of signing in has its own test. */
  async sit(name: string): Promise<Page> {
    const known = this.known(name);
    if (known !== undefined) return known;
    const { page, context } = await this.screen(name);
    const answer = await context.request.post(`${this.installation.url}/authority/api/session`, {
      data: { signInName: name, password: this.installation.password },
      headers: { 'sec-fetch-site': 'same-origin', origin: this.installation.url },
    });
    expect(answer.status()).toBe(200);
    return page;
  }

  /** At the API, for what is not the matter of a test. */
  officer(name: string): Promise<Officer> {
    return Officer.signIn(this.installation.url, name, this.installation.password);
  }

  async go(page: Page, path: string): Promise<void> {
    await page.goto(`${this.installation.url}${DESK}${path}`);
    await page.locator('h1').first().waitFor();
  }

  async accessible(page: Page): Promise<void> {
    expect(await accessibilityFindings(page)).toEqual([]);
  }

  /** In Vietnamese on a PC and on a phone, then in English, without a finding of axe; afterwards as before. */
  async look(page: Page, name: string, app = true): Promise<void> {
    await shot(page, name);
    await this.accessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(page, `${name}-phone`);
    await this.accessible(page);
    await page.setViewportSize({ width: 1366, height: 768 });
    const other = (label: string) =>
      app ? page.getByRole('button', { name: label, exact: true }) : page.getByRole('link', { name: label, exact: true });
    await other('English').click();
    await other('Tiếng Việt').waitFor();
    await shot(page, `${name}-en`);
    await other('Tiếng Việt').click();
    await other('English').waitFor();
  }

  /** Presses, compares the code and consents at the device. */
  async sign(page: Page, button: string | RegExp): Promise<void> {
    await page.getByRole('button', { name: button }).click();
    await page.locator('.job-code').waitFor();
    await consent(page, this.agent);
  }

  /** What scripts and servers complained about on any screen. */
  complaints(): string[] {
    return [...this.seats.values()].flatMap((place) => place.complaints);
  }
}
