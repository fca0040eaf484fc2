import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { dayOf, dayText } from '@antin/web/i18n/dates';
import { accessibilityFindings, chromiumPath, launch, shot, type Seat } from './browser.ts';
import { makeDue } from './due.ts';
import { startInstallation, type Installation } from './installation.ts';
import { consent, openAgent, signIn } from './walk.ts';

const PATIENT = { timeout: 90_000, interval: 1000 };
const DAY_MS = 86_400_000;
const dayIn = (days: number): string => dayText(dayOf(Date.now() + days * DAY_MS));
const TOMORROW = dayIn(1);
const MERGED = 'Sở Tài chính và Khoa học, Công nghệ';
const SUBJECT = /hướng dẫn lập dự toán/i;

/** Two departments become one and a ward is parted in two: planned, decided, and what everybody sees on the day and after. */
describe.skipIf(chromiumPath === undefined)('the day of a reorganisation', () => {
  let installation: Installation;
  let browser: Browser;
  let province: Page;
  let document = '';
  let seats: Seat[] = [];

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    province = await sit('ub.tung');
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  /** @param ahead days that this browser's clock is ahead, as the installation's is */
  const sit = async (name: string, ahead = 0): Promise<Page> => {
    const seat = await signIn(browser, installation, name);
    if (ahead !== 0) await seat.context.clock.setSystemTime(Date.now() + ahead * DAY_MS);
    seats.push(seat);
    return seat.page;
  };
  const go = async (page: Page, path: string, heading: string | RegExp): Promise<void> => {
    await page.goto(`${installation.url}/lam-viec${path}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const looked = async (page: Page, name: string): Promise<void> => {
    await shot(page, name);
    expect(await accessibilityFindings(page), name).toEqual([]);
  };
  const choose = async (words: string, name: string): Promise<void> => {
    const box = province.getByRole('combobox').first();
    await box.fill(words);
    await province.getByRole('option', { name }).first().click();
    await province.getByRole('button', { name }).waitFor();
    await box.fill('');
  };
  const fill = async (values: Readonly<Record<string, string>>): Promise<void> => {
    for (const [label, value] of Object.entries(values)) await province.getByLabel(label, { exact: true }).fill(value);
  };
  const open = async (index: number, values: readonly [string, string, string, string, string, string]): Promise<void> => {
    const box = province.getByRole('group', { name: `Cơ quan mới ${index}`, exact: true });
    const labels = ['Tên đầy đủ', 'Tên ngắn', 'Mã định danh', 'Cấp', 'Địa danh', 'Ký hiệu'];
    for (const [n, label] of labels.entries()) await box.getByLabel(label, { exact: true }).fill(values[n]!);
  };
  const grounds = (name: string, number: string) =>
    fill({ 'Tên kế hoạch': name, 'Ngày hiệu lực': TOMORROW, 'Quyết định số': number, 'Ngày quyết định': dayIn(-3) });
  const decide = async (): Promise<void> => {
    const words = `Quyết định: có hiệu lực ngày ${TOMORROW}`;
    await province.getByRole('button', { name: words }).click();
    await province.getByRole('dialog').getByRole('button', { name: words }).click();
    await province.getByText('Chờ đến ngày').first().waitFor();
  };
  const part = (title: string) => province.getByRole('region', { name: title });

  test('before it, the department issues a document under its name', async () => {
    const agent = await openAgent(browser, installation);
    const leader = await sit('stc.hung');
    await leader.getByRole('link', { name: SUBJECT }).first().click();
    await leader.locator('canvas').first().waitFor();
    document = new URL(leader.url()).pathname;
    await leader.keyboard.press('s');
    await leader.locator('.signature-box').waitFor();
    await leader.getByRole('button', { name: 'Tiếp: kiểm tra lại', disabled: false }).click();
    await leader.getByRole('button', { name: 'Ký số và chuyển văn thư', disabled: false }).click();
    await leader.locator('.job-code').waitFor();
    await consent(leader, agent);
    await leader.getByRole('heading', { name: 'Đã ký số' }).waitFor();
    const clerk = await sit('stc.hoa');
    await clerk.goto(`${installation.url}${document}/phat-hanh`);
    await clerk.getByRole('checkbox').first().check();
    await clerk.getByRole('button', { name: /^Cấp số 2491/ }).click();
    await clerk.locator('.job-code').waitFor();
    await consent(clerk, agent);
    await clerk.getByRole('heading', { name: 'Đã ban hành 2491/STC-QLNS' }).waitFor();
    await clerk.getByText('6 / 6 nơi đã nhận được').waitFor();
  });

  test('a merge that lacks something says which field; then it shows every certificate that ends and comes anew', async () => {
    await go(province, '/sap-xep/moi', 'Lập kế hoạch');
    await province.getByRole('radio', { name: /^Sáp nhập/ }).check();
    await choose('Sở Tài chính', 'Sở Tài chính');
    await choose('Khoa học', 'Sở Khoa học và Công nghệ');
    await province.getByLabel('Nhập thành cơ quan mới').check();
    await open(1, [MERGED, 'Sở TC-KHCN', '', 'Cấp tỉnh', 'Sơn Hà', 'STCKHCN']);
    await grounds('Hợp nhất hai sở', '101/QĐ-UBND');
    await province.getByRole('button', { name: 'Xem ảnh hưởng' }).click();
    await province.getByRole('link', { name: 'Cơ quan mới 1, Mã định danh: Điền mục này' }).click();
    await province.locator('input:focus').fill('H90.15');
    await looked(province, '130-merge-plan');
    await province.getByRole('button', { name: 'Xem ảnh hưởng' }).click();
    await province.getByRole('heading', { level: 1, name: 'Hợp nhất hai sở' }).waitFor();
    const certificates = part('Chứng thư số').getByRole('row');
    await certificates.filter({ hasText: 'Trần Quốc Hùng' }).getByText('thu hồi và cấp lại').waitFor();
    await certificates.filter({ hasText: 'Sở Khoa học và Công nghệ' }).first().waitFor();
    await part('Cơ quan')
      .getByRole('row', { name: `${MERGED} Lập mới` })
      .waitFor();
    await looked(province, '131-merge-effects');
    await decide();
  });

  test('a ward parted in two is planned for the same day', async () => {
    await go(province, '/sap-xep/moi', 'Lập kế hoạch');
    await province.getByRole('radio', { name: /^Chia, tách/ }).check();
    await choose('Minh Khai', 'Ủy ban nhân dân phường Minh Khai');
    await open(1, ['Ủy ban nhân dân phường Minh An', 'UBND Minh An', 'H90.45', 'Cấp xã', 'Minh An', 'UBND']);
    await open(2, ['Ủy ban nhân dân phường Minh Tân', 'UBND Minh Tân', 'H90.46', 'Cấp xã', 'Minh Tân', 'UBND']);
    await grounds('Chia phường Minh Khai', '102/QĐ-UBND');
    await province.getByRole('button', { name: 'Xem ảnh hưởng' }).click();
    await province.getByRole('heading', { level: 1, name: 'Chia phường Minh Khai' }).waitFor();
    await part('Chứng thư số').getByRole('row').filter({ hasText: 'Minh Khai' }).first().waitFor();
    await looked(province, '132-split-effects');
    await decide();
    await go(province, '/sap-xep', 'Sắp xếp tổ chức');
    await expect.poll(() => province.getByText('Chờ đến ngày').count(), PATIENT).toBe(2);
    await looked(province, '133-plans');
  });

  test('until the day everything is as it was', async () => {
    await go(province, '/co-quan', 'Cơ quan, nhân sự');
    await province.getByRole('link', { name: 'Sở Tài chính', exact: true }).waitFor();
    expect(await province.getByRole('link', { name: MERGED }).count()).toBe(0);
    await go(province, '/ho-so-cap', /Hồ sơ/);
    expect(await province.getByRole('link', { name: /101\/QĐ-UBND/ }).count()).toBe(0);
  });

  test('the day comes: what was decided is done, and one request ends and renews every certificate', async () => {
    for (const seat of seats) expect(seat.complaints).toEqual([]);
    for (const seat of seats) await seat.context.close();
    seats = [];
    await installation.stop();
    installation = await startInstallation({
      data: installation.data,
      env: { NODE_OPTIONS: `--import ${new URL('clock-ahead.ts', import.meta.url).href}`, E2E_DAYS_AHEAD: '1' },
    });
    expect(await makeDue(installation, 'reorganisation.take-effect')).toBe(2);
    province = await sit('ub.tung', 1);
    await go(province, '/sap-xep', 'Sắp xếp tổ chức');
    await expect
      .poll(async () => {
        await province.reload();
        await province.getByRole('link', { name: 'Hợp nhất hai sở' }).waitFor();
        return province.getByText('Đã có hiệu lực').count();
      }, PATIENT)
      .toBe(2);
    await province.getByRole('link', { name: 'Hợp nhất hai sở' }).click();
    await province
      .getByText(/^Đã có hiệu lực/)
      .first()
      .waitFor();
    await looked(province, '134-merge-in-effect');
    await province.getByRole('link', { name: 'Mở hồ sơ gửi nơi cấp' }).click();
    await province.getByText('SHA-256 của hồ sơ').waitFor();
    await looked(province, '135-request-of-the-merge');
    await go(province, '/sap-xep', 'Sắp xếp tổ chức');
    await province.getByRole('link', { name: 'Chia phường Minh Khai' }).click();
    await province.getByRole('link', { name: 'Mở hồ sơ gửi nơi cấp' }).waitFor();
    await looked(province, '136-split-in-effect');
  });

  test('the directory, the register and the people stand where they belong since', async () => {
    await go(province, '/co-quan', 'Cơ quan, nhân sự');
    await province.getByRole('link', { name: MERGED }).click();
    await province.getByRole('link', { name: 'Trần Quốc Hùng' }).waitFor();
    await province.getByRole('link', { name: 'Sở Tài chính', exact: true }).waitFor();
    await looked(province, '137-merged-agency');
    await province.getByRole('link', { name: 'Sở Tài chính', exact: true }).click();
    await province.getByText(`đến ${TOMORROW}`).first().waitFor();
    expect(await province.getByRole('button', { name: 'Thêm người' }).count()).toBe(0);
    await looked(province, '138-closed-agency');
    await go(province, '/chung-thu-so?q=Trần Quốc Hùng', 'Sổ chứng thư số');
    await province.getByRole('row').filter({ hasText: 'Đang dùng' }).getByText('chờ: thu hồi').waitFor();
    await province.getByRole('row').filter({ hasText: 'Đã đề nghị' }).waitFor();
    await looked(province, '139-register-after-the-merge');
  });

  test('the document of before keeps the name of its day, for its reader and for who issued it', async () => {
    const reader = await sit('binhan.huong', 1);
    await reader.getByRole('link', { name: SUBJECT }).first().click();
    await reader.locator('canvas').first().waitFor();
    await reader.getByText('Sở Tài chính', { exact: false }).first().waitFor();
    expect(await reader.getByText(MERGED, { exact: false }).count()).toBe(0);
    await looked(reader, '140-old-document-at-its-reader');
    const clerk = await sit('stc.hoa', 1);
    await clerk.getByText(MERGED, { exact: false }).first().waitFor();
    await clerk.goto(installation.url + document);
    await clerk
      .getByText(/hướng dẫn lập dự toán/i)
      .first()
      .waitFor();
    await looked(clerk, '141-old-document-at-home');
  });

  test('nothing on the way made a script fail or a server stumble', () => {
    for (const seat of seats) expect(seat.complaints).toEqual([]);
  });
});
