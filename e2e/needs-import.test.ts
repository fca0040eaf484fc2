import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { readTable } from '@antin/adapters/tables/read';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { accessibilityFindings, chromiumPath, launch, shot } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { signIn } from './walk.ts';

const ROUND = 'Nhu cầu toàn tỉnh năm 2028';
const ROWS = 5000;
const HEADING =
  'Họ và tên,Số định danh cá nhân,Ngày sinh,Chức vụ,Đơn vị,Thư điện tử công vụ,Điện thoại,Thiết bị,Số hiệu chứng thư gia hạn';

/** Every hundredth row lacks something. */
const line = (i: number): string => {
  const number = i % 100 === 7 ? 'sai' : `0010900${String(10_000 + i)}`;
  return `Nguyễn Văn ${i},${number},,Chuyên viên,,nv${i}@sonha.gov.vn,0912345678,PKI Token,`;
};
const csv = (lines: readonly string[]) => ({
  name: 'nhu-cau-5000.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(`\uFEFF${[HEADING, ...lines].join('\r\n')}\r\n`),
});

/** Five thousand needs in one file: seen coming in, killed on the way, gone on with, and what is wrong mended. */
describe.skipIf(chromiumPath === undefined)('a file of five thousand needs', () => {
  let installation: Installation;
  let browser: Browser;
  let commune: Page;
  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    const { page: province } = await signIn(browser, installation, 'ub.tung');
    await open(province, '/nhu-cau');
    await province.getByRole('button', { name: 'Mở đợt mới' }).click();
    await province.getByLabel('Tên đợt').fill(ROUND);
    await province.getByLabel('Hạn gửi').fill('31/12/2027');
    await province.getByRole('button', { name: 'Mở đợt mới' }).click();
    await province.getByRole('heading', { level: 1, name: ROUND }).waitFor();
    await province.context().close();
    commune = await atSheet();
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  const open = (page: Page, path: string) => page.goto(`${installation.url}/lam-viec${path}`);
  /** The commune's officer at their sheet, in a browser that has seen nothing before. */
  async function atSheet(): Promise<Page> {
    const { page } = await signIn(browser, installation, 'phuhoa.ha');
    await open(page, '/nhu-cau');
    await page.getByRole('link', { name: 'Khai nhu cầu' }).click();
    await page.getByRole('grid').waitFor();
    return page;
  }
  const looked = async (page: Page, name: string): Promise<void> => {
    await shot(page, name);
    expect(await accessibilityFindings(page), name).toEqual([]);
  };
  const ended = (page: Page) => page.getByText(/^Đã nhập 5\.000 dòng từ nhu-cau-5000\.csv, 50 dòng có lỗi/);

  test('its progress is seen, and goes on after kill -9 for whoever opens the sheet', async () => {
    await commune.locator('input[type=file]').setInputFiles(csv(Array.from({ length: ROWS }, (_, i) => line(i))));
    const bar = commune.getByRole('progressbar', { name: /^Đang nhập nhu-cau-5000\.csv/ });
    // A machine so quick that nothing is seen in between is welcome to be done.
    await bar.and(commune.locator('[aria-valuenow]:not([aria-valuenow="0"])')).or(ended(commune)).first().waitFor();
    await shot(commune, '93a-import-running');
    await installation.stop('SIGKILL');
    await commune.context().close();

    installation = await startInstallation({ data: installation.data });
    commune = await atSheet();
    await shot(commune, '93b-import-after-a-power-cut');
    await ended(commune).waitFor();
    // Nothing was lost and nothing came twice.
    await commune.getByRole('tab', { name: /\(5\.000\)$/ }).waitFor();
    await looked(commune, '93c-import-with-errors');
  });

  test('each wrong row stands there with its place and in words, and leaves as a file', async () => {
    const errors = commune.getByRole('region', { name: 'Lỗi theo dòng' });
    await errors.getByRole('cell', { name: 'Phải gồm 12 chữ số' }).first().waitFor();
    const [first] = await errors
      .getByRole('row')
      .allInnerTexts()
      .then((all) => all.slice(1));
    // Line 1 of the file holds the headings.
    expect(first).toMatch(/^9\s+Số định danh cá nhân\s+Phải gồm 12 chữ số/);
    for (const format of ['CSV', 'XLSX']) {
      const coming = commune.waitForEvent('download');
      await commune.getByRole('link', { name: `Tải các dòng lỗi ${format}` }).click();
      const rows = readTable(new Uint8Array(readFileSync(await (await coming).path()))).rows;
      expect(rows).toHaveLength(51);
      expect(rows[1]!.cells).toEqual(expect.arrayContaining(['Nguyễn Văn 7', 'sai']));
      expect(rows[1]!.cells.at(-1)).toContain('Số định danh phải gồm 12 chữ số');
    }
  });

  test('the wrong rows are taken out, corrected and brought in again', async () => {
    await commune.getByRole('button', { name: 'Bỏ các dòng lỗi' }).click();
    await commune.getByRole('dialog').getByRole('button', { name: 'Bỏ các dòng lỗi' }).click();
    await commune.getByRole('tab', { name: /\(4\.950\)$/ }).waitFor();
    await commune.getByRole('button', { name: 'Ẩn' }).click();
    const mended = Array.from({ length: 50 }, (_, n) => line(n * 100 + 7).replace('sai', `0010901${String(10_000 + n)}`));
    await commune.locator('input[type=file]').setInputFiles(csv(mended));
    await commune.getByText(/^Đã nhập 50 dòng từ nhu-cau-5000\.csv, 0 dòng có lỗi/).waitFor();
    await commune.getByRole('tab', { name: /\(5\.000\)$/ }).waitFor();
  });

  test('a scanned paper goes with its row; what is no paper is refused in words', async () => {
    await commune.getByRole('button', { name: 'Ẩn' }).click();
    await commune.getByRole('button', { name: 'Giấy tờ của dòng 1: 0 tệp' }).click();
    const dialog = commune.getByRole('dialog');
    const give = (name: string, buffer: Buffer) =>
      dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/pdf', buffer });
    await give('lạ.pdf', Buffer.from('MZ'));
    await dialog.getByText('Chỉ nhận tệp PDF, JPG hoặc PNG.').waitFor();
    await give('can-cuoc.pdf', Buffer.from(buildPdf(plainObjects()).bytes));
    await dialog.getByRole('link', { name: 'can-cuoc.pdf' }).waitFor();
    await looked(commune, '93d-papers');
    await dialog.getByRole('button', { name: 'Đóng' }).click();
    await commune.getByRole('button', { name: 'Giấy tờ của dòng 1: 1 tệp' }).waitFor();
  });

  test('the province sees the files of the round, and what its agencies state', async () => {
    const { page: province } = await signIn(browser, installation, 'ub.tung');
    await open(province, '/nhu-cau');
    await province.getByRole('link', { name: ROUND }).click();
    await province.getByRole('tab', { name: 'Tệp đã nhập' }).click();
    await province.getByRole('link', { name: 'nhu-cau-5000.csv' }).first().waitFor();
    await looked(province, '93e-imports-of-a-round');
    await province.getByRole('tab', { name: 'Tổng hợp' }).click();
    await province.getByRole('searchbox', { name: 'Tìm theo tên hoặc mã cơ quan' }).fill('phu hoa');
    await province.getByRole('link', { name: 'Sở Tài chính' }).waitFor({ state: 'detached' });
    await province.getByRole('link', { name: 'UBND xã Phú Hòa' }).waitFor();
    await looked(province, '93f-synthesis');
    await open(province, '/ket-qua-chua-khop');
    await province.getByText('Không có kết quả nào chờ xử lý.').waitFor();
    await looked(province, '93g-answers-empty');
    await province.context().close();
  });
});
