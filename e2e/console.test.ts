import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath } from './browser.ts';
import { AgencySystem, official } from './console-paper.ts';
import { DESK, IssuerDesk } from './issuer-desk.ts';
import { consent } from './walk.ts';

const NAMES = ['Nguyễn Thị Lan Anh', 'Trần Quốc Hùng', 'Lê Minh Tuấn'] as const;

/** The issuer's console: a request from its coming to the hand of its subscriber, by officers who sign on their own device. */
describe.skipIf(chromiumPath === undefined)('the console of the certification authority', () => {
  let desk: IssuerDesk;
  let agency: AgencySystem;
  let address = '';
  beforeAll(async () => {
    desk = await IssuerDesk.open();
  });
  afterAll(() => desk?.close());

  /** Signs in on the page of signing in; who has sat down before is still there. */
  const sit = async (name: string): Promise<Page> => {
    const known = desk.known(name);
    if (known !== undefined) return known;
    const { page } = await desk.screen(name);
    await page.goto(`${desk.installation.url}${DESK}`);
    await page.waitForURL(`**${DESK}/dang-nhap**`);
    if (name === 'ca.quantri') await desk.look(page, '90-console-sign-in', false);
    await page.getByLabel('Tên đăng nhập').fill(name);
    await page.getByLabel('Mật khẩu', { exact: true }).fill(desk.installation.password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('heading', { name: 'Việc chờ tôi', level: 1 }).waitFor();
    return page;
  };

  test('two officers of operation let an agency in; who proposed it does not confirm it', async () => {
    const first = await sit('ca.quantri');
    await desk.go(first, '/co-quan-gui');
    // The demo's agencies are let in by their seals.
    await first.getByText('H90', { exact: true }).first().waitFor();
    await desk.look(first, '91-console-senders');
    await first.getByRole('button', { name: 'Đề nghị đăng ký cơ quan gửi' }).click();
    await first.getByRole('button', { name: 'Gửi đề nghị' }).click();
    await first.getByRole('link', { name: 'Nhập tên cơ quan' }).waitFor();
    await desk.look(first, '92-console-sender-problem');
    await first.getByLabel('Cơ quan', { exact: true }).fill('Ủy ban nhân dân tỉnh Ví Dụ');
    await first.getByLabel('Mã định danh').fill('H53');
    await first.getByLabel('Thực hành: chỉ cần mã truy cập').check();
    await first.getByRole('button', { name: 'Gửi đề nghị' }).click();
    const token = (await first.locator('[data-token]').textContent())?.trim() ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    agency = new AgencySystem(desk.installation.url, token, desk.folder);
    await desk.go(first, '/thay-doi');
    await first.getByText('Bạn là người đề nghị; cần cán bộ quản trị khác xác nhận.').waitFor();
    const second = await sit('ca.quantri2');
    await desk.go(second, '/thay-doi');
    await desk.look(second, '93-console-change');
    await second.getByRole('button', { name: 'Xác nhận thay đổi' }).click();
    await second.locator('.tag', { hasText: 'Đã xác nhận' }).waitFor();
    await desk.go(second, '/co-quan-gui');
    await second.getByText('Chỉ cần mã truy cập (thực hành)').waitFor();
    await desk.go(second, '/can-bo');
    await second.getByText('Đỗ Thị Tiếp', { exact: true }).first().waitFor();
    await desk.look(second, '94-console-officers');
  });

  test('a request comes, its evidence is recorded, and registration proposes what is shown, signed on the device', async () => {
    const csr = agency.newKey('lan');
    await agency.send([
      official(NAMES[0], '079185012345', { device: 'pkcs10', csr }),
      official(NAMES[1], '079085054321'),
      official(NAMES[2], '079090067890'),
    ]);
    const page = await sit('ca.tiepnhan');
    await desk.go(page, '/');
    await page.getByRole('link', { name: NAMES[0] }).waitFor();
    await desk.look(page, '95-console-home');
    await desk.go(page, '/ho-so');
    await page.getByText('145/STC-VP', { exact: false }).first().waitFor();
    await desk.look(page, '96-console-submissions');
    await desk.go(page, '/yeu-cau');
    await page.getByRole('link', { name: NAMES[0] }).waitFor();
    await desk.look(page, '97-console-requests');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Nội dung yêu cầu' }).waitFor();
    for (const name of NAMES) {
      await desk.go(page, '/yeu-cau');
      await page.getByRole('link', { name }).click();
      await page.getByText('khớp với nội dung trên màn hình').waitFor();
      if (name === NAMES[0]) {
        address = new URL(page.url()).pathname;
        await desk.look(page, '98-console-request-blocked');
      }
      // The token alone does not say who its people are: somebody must have seen them.
      await page.getByRole('button', { name: 'Ghi căn cứ đã xem' }).click();
      await page.getByRole('dialog').getByLabel('Đã xem gì').fill('Thẻ căn cước, cấp ngày 12/03/2023, Cục CSQLHC về TTXH');
      await page.getByRole('dialog').getByRole('button', { name: 'Ghi căn cứ' }).click();
      await page.getByRole('link', { name: 'Kiểm tra xong, đề nghị duyệt' }).click();
      await page.getByRole('button', { name: 'Ký và đề nghị duyệt' }).waitFor();
      if (name === NAMES[0]) await desk.look(page, '99-console-propose');
      await page.getByRole('button', { name: 'Ký và đề nghị duyệt' }).click();
      await page.locator('.job-code').waitFor();
      if (name === NAMES[0]) await desk.look(page, '100-console-signing');
      await consent(page, desk.agent);
      await page.getByRole('heading', { name: 'Đã đề nghị duyệt' }).waitFor();
    }
    await desk.look(page, '101-console-proposed');
    await desk.go(page, address.replace(DESK, ''));
    await page.getByText('Đang chờ cán bộ duyệt.').waitFor();
    expect(await page.getByRole('link', { name: 'Duyệt yêu cầu' }).count()).toBe(0);
  });

  test('another officer approves one, then the others under one consent', async () => {
    const page = await sit('ca.duyet');
    await page.goto(desk.installation.url + address);
    await page.getByRole('link', { name: 'Duyệt yêu cầu' }).click();
    await desk.sign(page, 'Ký và duyệt');
    await page.getByRole('heading', { name: 'Đã duyệt' }).waitFor();
    await desk.go(page, '/duyet');
    await page.getByLabel('Chọn cả 2 yêu cầu duyệt được').check();
    await desk.look(page, '102-console-approve-several');
    await page.getByRole('button', { name: 'Tiếp: xem 2 yêu cầu đã chọn' }).click();
    await page.getByRole('button', { name: 'Ký và duyệt 2 yêu cầu' }).waitFor();
    await desk.look(page, '103-console-approve-check');
    await desk.sign(page, 'Ký và duyệt 2 yêu cầu');
    await page.getByRole('heading', { name: 'Đã duyệt 2 / 2 yêu cầu' }).waitFor();
    await desk.look(page, '104-console-approved');
  });

  test('issuance issues it, and the receiver signs the hand-over with the new key', async () => {
    const page = await sit('ca.capphat');
    await page.goto(desk.installation.url + address);
    await page.getByRole('link', { name: 'Cấp chứng thư' }).click();
    await desk.sign(page, 'Ký và cấp chứng thư');
    await page.getByRole('heading', { name: 'Đã cấp chứng thư' }).waitFor();
    await desk.look(page, '105-console-issued');
    const download = page.waitForEvent('download');
    await page.goto(`${desk.installation.url}${address}/hand-over`);
    await page.getByRole('button', { name: 'Tải biên bản' }).click();
    const record = join(desk.folder, 'record.json');
    await (await download).saveAs(record);
    await desk.look(page, '106-console-hand-over');
    const sha256 = (await page.locator('.facts dd.mono').nth(1).textContent())?.trim() ?? '';
    const certificate = join(desk.folder, 'lan.cer');
    // Published within the minute; what the receiver holds is the same file.
    let found: Response | undefined;
    for (let tries = 0; tries < 90 && found?.ok !== true; tries += 1) {
      if (tries > 0) await page.waitForTimeout(1000);
      found = await fetch(`${desk.installation.url}/authority/certificates/${sha256}.cer`);
    }
    writeFileSync(certificate, Buffer.from(await (found as Response).arrayBuffer()));
    await page.getByLabel('Chữ ký của người nhận').setInputFiles(agency.signed('lan', record, certificate));
    await page.getByRole('button', { name: 'Ghi biên bản bàn giao' }).click();
    await page.getByRole('heading', { name: 'Đã bàn giao' }).waitFor();
    await page.getByRole('link', { name: 'Xem yêu cầu' }).click();
    await page.getByRole('tab', { name: 'Lịch sử' }).click();
    await page.getByText('Đề nghị duyệt').first().waitFor();
    await desk.look(page, '107-console-history');
  });

  test('the auditor sees everything and nothing to press; an edit by registration takes an approved request back', async () => {
    const auditor = await sit('ca.kiemsoat');
    await desk.look(auditor, '108-console-nothing-waits');
    await desk.go(auditor, '/dich-vu');
    await auditor.getByText(/danh sách còn mới/).waitFor();
    await desk.look(auditor, '109-console-services');
    await desk.go(auditor, '/chung-thu');
    await auditor.getByLabel('Tìm chứng thư').fill('nguyen thi lan anh');
    await auditor.getByRole('link', { name: NAMES[0], exact: true }).waitFor();
    await auditor.locator('.tag', { hasText: 'Còn hiệu lực' }).first().waitFor();
    await desk.look(auditor, '110-console-certificates');
    const page = await sit('ca.tiepnhan');
    await desk.go(page, '/yeu-cau?state=approved');
    await page.getByRole('link', { name: NAMES[2] }).click();
    await page.getByRole('link', { name: 'Sửa nội dung' }).click();
    await page.getByLabel('Thư điện tử công vụ').fill('không phải thư');
    await page.getByRole('button', { name: 'Lưu thành bản 2' }).click();
    await page.getByRole('link', { name: 'Thư điện tử công vụ: chưa đúng dạng' }).waitFor();
    await desk.look(page, '111-console-edit');
    await page.getByLabel('Thư điện tử công vụ').fill('tuan.lm@vidu.gov.vn');
    await page.getByLabel('Lý do sửa').fill('Cơ quan báo lại qua điện thoại');
    await page.getByRole('button', { name: 'Lưu thành bản 2' }).click();
    await page.getByText('Đang kiểm tra').first().waitFor();
    await desk.go(page, '/thiet-bi');
    await page.getByText('Đang kết nối').first().waitFor();
    await desk.look(page, '112-console-devices');
    expect(desk.complaints()).toEqual([]);
  });
});
