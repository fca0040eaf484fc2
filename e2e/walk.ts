import { expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { seat, type Seat } from './browser.ts';
import type { Installation } from './installation.ts';

export async function signIn(
  browser: Browser,
  installation: Installation,
  name: string,
  options: Parameters<typeof seat>[1] = {},
): Promise<Seat> {
  const place = await seat(browser, options);
  const { page } = place;
  await page.goto(`${installation.url}/dang-nhap`);
  await page.getByLabel('Tên đăng nhập').fill(name);
  await page.getByLabel('Mật khẩu', { exact: true }).fill(installation.password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await page.waitForURL('**/lam-viec**');
  await page.getByRole('heading', { name: 'Việc chờ tôi' }).waitFor();
  return place;
}

/** The practice agent's own page, opened once with the link that the terminal shows. */
export async function openAgent(browser: Browser, installation: Installation): Promise<Page> {
  const { page } = await seat(browser);
  await page.goto(installation.agentPage);
  return page;
}

/** Consents at the device, after comparing the code with the one on the office's page. */
export async function consent(office: Page, agent: Page): Promise<void> {
  const code = (await office.locator('.job-code strong').first().textContent())?.trim() ?? '';
  expect(code).toMatch(/^\d{4}$/);
  await agent.bringToFront();
  await agent.getByText(code, { exact: true }).first().waitFor();
  await agent.getByRole('button', { name: /^Ký/ }).first().click();
  await office.bringToFront();
}
