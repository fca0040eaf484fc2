import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Debian's Chromium lies; undefined = the walk cannot be driven here. */
export const chromiumPath = process.env['ANTIN_CHROMIUM'] ?? CHROMIUM.find((path) => existsSync(path));

const shotsFolder = fileURLToPath(new URL('../artefacts/screens', import.meta.url));

export async function launch(): Promise<Browser> {
  mkdirSync(shotsFolder, { recursive: true });
  return chromium.launch({
    executablePath: chromiumPath as string,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Seat {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: errors of scripts, answers of 5xx. */
  readonly complaints: string[];
}

/** A person at a screen of their own: 1366×768 as in a commune, or a phone. */
export async function seat(
  browser: Browser,
  options: { phone?: boolean; language?: 'vi' | 'en'; dark?: boolean } = {},
): Promise<Seat> {
  const context = await browser.newContext({
    viewport: options.phone === true ? { width: 390, height: 844 } : { width: 1366, height: 768 },
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    colorScheme: options.dark === true ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  // A shared machine may stand still for a while; a page that never comes is still an error.
  page.setDefaultTimeout(90_000);
  const complaints: string[] = [];
  page.on('pageerror', (fault) => complaints.push(`script: ${fault.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { context, page, complaints };
}

export async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(shotsFolder, `${name}.png`), fullPage: false });
}

/** Findings of axe (WCAG 2.2 AA) as lines; none is the goal on every screen. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')} (${one.help})`));
}
