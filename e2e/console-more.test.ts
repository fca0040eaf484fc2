import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, shot } from './browser.ts';
import { AgencySystem } from './console-paper.ts';
import { DESK, IssuerDesk } from './issuer-desk.ts';

/** The registers of the issuer's console: what was issued, what stands, what happened, and what leaves the house. */
describe.skipIf(chromiumPath === undefined)('the registers of the certification authority', () => {
  let desk: IssuerDesk;
  beforeAll(async () => {
    desk = await IssuerDesk.open();
  });
  afterAll(() => desk?.close());

  const downloaded = async (page: Page, press: () => Promise<void>): Promise<Buffer> => {
    const coming = page.waitForEvent('download');
    await press();
    const path = join(desk.folder, randomUUID());
    await (await coming).saveAs(path);
    return readFileSync(path);
  };

  test('a certificate is found and read; OCSP is asked now; audit takes a proof of what the journal says', async () => {
    const page = await desk.sit('ca.kiemsoat');
    await desk.go(page, '/chung-thu');
    await page.locator('.row-link').first().waitFor();
    await desk.look(page, '120-console-register');
    await page.getByLabel('Mọi trạng thái').selectOption('valid');
    await page.waitForURL('**state=valid**');
    const csv = await downloaded(page, async () => {
      await page.getByRole('button', { name: 'Xuất bảng' }).click();
      await page.getByRole('link', { name: /^CSV/ }).click();
    });
    expect(csv.toString('utf8')).toContain('Còn hiệu lực');
    expect(csv.toString('utf8').split('\r\n').length).toBeGreaterThan(3);
    await page.locator('.row-link').first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('OCSP trả lời: tốt').waitFor();
    await desk.look(page, '121-console-certificate');
    await page.getByRole('tab', { name: 'Kỹ thuật' }).click();
    await page.getByText('-----BEGIN CERTIFICATE-----').waitFor();
    await desk.look(page, '122-console-certificate-technical');
    await page.getByRole('tab', { name: 'Nhật ký' }).click();
    await page.getByText('Cấp chứng thư', { exact: true }).first().waitFor();
    await desk.look(page, '123-console-certificate-journal');
  });

  test('revocation revokes at once with cause and grounds, signed on the device; OCSP says so', async () => {
    const page = await desk.sit('ca.thuhoi');
    await desk.go(page, '/chung-thu?profile=person&state=valid');
    await page.locator('.row-link').first().click();
    await page.getByRole('link', { name: 'Thu hồi chứng thư' }).click();
    await page.getByRole('button', { name: 'Ký và thu hồi ngay' }).click();
    await page.getByRole('link', { name: 'Chọn lý do thu hồi' }).waitFor();
    await desk.look(page, '124-console-revoke');
    await page.getByLabel('Lý do theo Nghị định 68/2024').selectOption('device-lost');
    await page.getByLabel('Căn cứ').fill('Công văn 12/UBND-VP ngày 20/11/2026, xác minh qua điện thoại');
    await desk.sign(page, 'Ký và thu hồi ngay');
    await page.getByRole('heading', { name: 'Đã thu hồi' }).waitFor();
    await shot(page, '125-console-revoked');
    await page.getByRole('link', { name: 'Xem chứng thư' }).click();
    await page.getByText('OCSP trả lời: đã thu hồi').waitFor({ timeout: 30_000 });
    await page.getByRole('tab', { name: 'Phê duyệt và chữ ký' }).click();
    await page.getByRole('link', { name: 'Tải văn bản đã ký (CAdES)' }).waitFor();
    await desk.look(page, '126-console-certificate-acts');
    const asics = await downloaded(page, () => page.getByRole('link', { name: 'Tải văn bản đã ký (CAdES)' }).click());
    expect(asics.subarray(0, 200).toString('latin1')).toContain('application/vnd.etsi.asic-s+zip');
    // Anybody's verifier says whose it is.
    const verified = await fetch(`${desk.installation.url}/api/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(asics),
    });
    expect(JSON.stringify(await verified.json())).toContain('"verdict":"valid"');
    expect(await page.getByRole('link', { name: 'Thu hồi chứng thư' }).count()).toBe(0);
    await desk.go(page, '/tam-dung');
    await page.getByText('Không có chứng thư nào đang tạm dừng.').waitFor();
    await desk.look(page, '127-console-suspensions');
  });

  test('CAs, services and journal are told by evidence', async () => {
    const page = await desk.sit('ca.kiemsoat');
    await desk.go(page, '/ca');
    await page.getByText('Đang cấp', { exact: true }).first().waitFor();
    await desk.look(page, '128-console-cas');
    await desk.go(page, '/dich-vu');
    await page.locator('.service-list li').nth(6).waitFor();
    expect(await page.locator('.service-list li.bad').count()).toBe(0);
    await desk.look(page, '129-console-services');
    // Practice has no signer processes; what one that is gone is called is tested with a real one (authority/console/signers.test).
    await page.route('**/authority/api/services', async (route) => {
      const answer = await route.fetch();
      const said = (await answer.json()) as { services: { service: string }[] };
      const facts = { signers: 2, alive: 1, dead: 'signer/ca-cap-phat.json', lost: 'issuing, ocsp' };
      const down = { service: 'signers', tone: 'bad', code: 'down', facts };
      const services = said.services.map((one) => (one.service === 'signers' ? down : one));
      await route.fulfill({ response: answer, json: { ...said, services } });
    });
    await desk.go(page, '/dich-vu');
    await page.getByText('Khóa không dùng được: issuing, ocsp.', { exact: false }).waitFor();
    await page.getByText('Cần làm', { exact: false }).first().waitFor();
    expect(await page.locator('.service-list li.bad').count()).toBe(1);
    await desk.look(page, '139-console-signer-gone');
    await page.unroute('**/authority/api/services');
    await desk.go(page, '/nhat-ky');
    await page.locator('.row-link').first().click();
    await page.locator('.code-box').first().waitFor();
    await desk.look(page, '130-console-journal');
    await page.getByLabel('Mọi loại mục').selectOption('revocation.asked');
    await page.getByText('Yêu cầu thu hồi của cán bộ').nth(1).waitFor();
    const operator = await desk.sit('ca.quantri');
    await desk.go(operator, '/nhat-ky');
    await operator.getByText(/Sổ có/).waitFor();
    expect(await operator.locator('.table.journal').count()).toBe(0);
  });

  test('a device that two agreed on gets an account; its secret is seen once, with what to type', async () => {
    const operation = await desk.officer('ca.quantri');
    const token = 'x'.repeat(43);
    const tokenSha256 = createHash('sha256').update(token).digest('hex');
    const sender = { kind: 'sender', code: 'H53', name: 'Ủy ban nhân dân tỉnh Ví Dụ', tokenSha256, tokenIsEnough: true };
    const change = await operation.post<{ id: string }>('/officer-changes', sender);
    await (await desk.officer('ca.quantri2')).post(`/officer-changes/${change.id}/confirm`);
    await new AgencySystem(desk.installation.url, token, desk.folder).send([GATEWAY]);
    const registrar = await desk.officer('ca.tiepnhan');
    const { items } = await registrar.get<{ items: { id: string; subject: string }[] }>('/requests');
    const { id } = items.find((one) => one.subject.includes('Cổng dịch vụ'))!;
    await registrar.post(`/requests/${id}/evidence`, { kind: 'agency-confirmation', note: 'Công văn xác nhận 77/STC' });
    await registrar.act(id, 'propose', '/proposal');
    await (await desk.officer('ca.duyet')).approve(id);
    const page = await desk.sit('ca.capphat');
    await desk.go(page, '/may');
    await page.getByText('Chưa có tài khoản máy nào.').waitFor();
    await desk.look(page, '131-console-machines-none');
    await page.getByRole('button', { name: 'Mở tài khoản' }).click();
    await page.getByLabel('Thiết bị đã duyệt').selectOption({ index: 1 });
    await page.getByLabel('Đến ngày').fill('31/12/2027');
    await page.getByRole('button', { name: 'Mở tài khoản' }).click();
    const secret = await page.locator('[data-secret]').textContent();
    expect(secret).toMatch(/^[\w-]{43}$/);
    await page.getByText('certbot certonly').waitFor();
    await desk.look(page, '132-console-machine-secret');
    await page.getByRole('button', { name: 'Tôi đã chuyển mã bí mật' }).click();
    await page.getByRole('link', { name: 'Cổng dịch vụ Sở Tài chính' }).click();
    await page.getByRole('heading', { name: 'Chứng thư đã lấy' }).waitFor();
    expect(await page.content()).not.toContain(secret as string);
    await desk.look(page, '133-console-machine');
    await page.getByRole('button', { name: 'Đóng tài khoản' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Đóng tài khoản' }).click();
    await page.getByText('Đã đóng').first().waitFor();
  });

  test('the calendar takes a day with its source, and the month is reported to be printed', async () => {
    const page = await desk.sit('ca.quantri');
    await desk.go(page, '/lich');
    await page.getByRole('button', { name: 'Ghi vào lịch' }).click();
    await page.getByRole('link', { name: 'Chọn ngày từ hôm nay trở đi' }).waitFor();
    await page.getByLabel('Ngày', { exact: true }).fill('06/02/2027');
    await page.getByLabel('Căn cứ').fill('Thông báo 6150/TB-BLĐTBXH về nghỉ Tết Nguyên đán 2027');
    await page.getByRole('button', { name: 'Ghi vào lịch' }).click();
    await page.getByText('Đã ghi ngày 06/02/2027').waitFor();
    await desk.look(page, '134-console-calendar');
    await page.getByRole('button', { name: 'Đề nghị đổi thời hạn' }).click();
    await page.getByRole('button', { name: 'Gửi đề nghị' }).click();
    await page.getByRole('link', { name: 'Chọn ngày áp dụng từ ngày mai trở đi' }).waitFor();
    await desk.look(page, '134-console-limit');
    await page.getByLabel('Thời hạn', { exact: true }).selectOption('handling-working-days');
    await page.getByLabel('Giá trị mới').fill('2');
    await page.getByLabel('Áp dụng từ').fill('01/01/2028');
    await page.getByLabel('Căn cứ pháp lý').fill('Nghị định 99/2027/NĐ-CP Điều 5');
    await page.getByRole('button', { name: 'Gửi đề nghị' }).click();
    await page.getByText('Đã gửi đề nghị.', { exact: false }).waitFor();
    const second = await desk.sit('ca.quantri2');
    await desk.go(second, '/thay-doi?state=proposed');
    await second.getByText('Nghị định 99/2027/NĐ-CP Điều 5').waitFor();
    await desk.look(second, '134-console-limit-change');
    await second.getByRole('button', { name: 'Xác nhận thay đổi' }).click();
    await second.getByText('Không có dòng nào khớp.').waitFor();
    await desk.go(page, '/lich');
    await page.getByText('Sắp áp dụng', { exact: true }).waitFor();
    await page
      .getByRole('row', { name: /Nghị định 99\/2027/ })
      .getByRole('button', { name: /Đề nghị thu lại/ })
      .waitFor();
    await desk.go(page, '/bao-cao');
    await page.getByText(/^Trong tháng:/).waitFor();
    await desk.look(page, '135-console-report');
    await page.emulateMedia({ media: 'print' });
    await shot(page, '136-console-report-print');
    await page.emulateMedia({ media: 'screen' });
    expect(await page.getByRole('button', { name: 'Xuất bảng' }).count()).toBe(0);
  });

  test('a server that is away, a session that ended and an address of nothing are said in words', async () => {
    const page = await desk.sit('ca.kiemsoat');
    await desk.go(page, '/chung-thu/' + 'f'.repeat(64) + '/0badcafe');
    await page.getByRole('alert').waitFor();
    await shot(page, '137-console-certificate-missing');
    await desk.go(page, '/');
    await page.route('**/authority/api/cas', (route) => route.abort());
    await desk.go(page, '/ca');
    await page.getByText('Không kết nối được tới máy chủ.').waitFor({ timeout: 20_000 });
    await shot(page, '138-console-away');
    await page.unroute('**/authority/api/cas');
    await page.getByRole('button', { name: 'Thử lại' }).click();
    await page.getByText('Đang cấp', { exact: true }).first().waitFor();
    await page.context().clearCookies({ name: 'antin_authority_session' });
    await page.goto(`${desk.installation.url}${DESK}/nhat-ky`);
    await page.waitForURL('**/dang-nhap**');
    expect(desk.complaints()).toEqual([]);
  });
});

/** Form 03: a service that fetches its certificates by itself. */
const GATEWAY = {
  subject: {
    ...{ form: '03', name: 'Cổng dịch vụ Sở Tài chính', use: 'tls-server', hostNames: ['dichvu.stc.vidu.gov.vn'] },
    owner: 'Sở Tài chính tỉnh Ví Dụ',
    keeper: { fullName: 'Trần Văn Mạng', title: 'Quản trị hệ thống', mail: 'mang@stc.vidu.gov.vn', phone: '0901234567' },
  },
  device: 'remote',
};
