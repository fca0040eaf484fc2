import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { accessibilityFindings, chromiumPath, launch, seat, shot, type Seat } from './browser.ts';
import { startInstallation, type Installation } from './installation.ts';
import { printedLetter } from './letter.ts';
import { consent, openAgent, signIn } from './walk.ts';

const SUBJECT = 'cấp kinh phí chữ ký số chuyên dùng công vụ năm 2027';

function antin(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const main = fileURLToPath(new URL('../cli/antin.mjs', import.meta.url));
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

/** The main job: one signed state document from draft to verified receipt, in the browser, by five people. */
describe.skipIf(chromiumPath === undefined)('the walk of one document', () => {
  let installation: Installation;
  let browser: Browser;
  let agent: Page;
  let drafter: Seat;
  let leader: Seat;
  let clerk: Seat;
  let receiver: Seat;
  let issuedPdf: Buffer;

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), launch()]);
    agent = await openAgent(browser, installation);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });

  const accessible = async (page: Page): Promise<void> => expect(await accessibilityFindings(page)).toEqual([]);

  test('the start page and sign-in say what this is, without a finding of axe', async () => {
    const { page, complaints } = await seat(browser);
    await page.goto(installation.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await shot(page, '01-start');
    await accessible(page);
    await page.goto(`${installation.url}/dang-nhap`);
    await shot(page, '02-sign-in');
    await accessible(page);
    await page.getByLabel('Tên đăng nhập').fill('stc.lan');
    await page.getByLabel('Mật khẩu', { exact: true }).fill('sai mật khẩu');
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
    await shot(page, '03-sign-in-refused');
    expect(complaints).toEqual([]);
  });

  test('an official drafts a letter with a PDF of another producer, two annexes and a closed agency among the addressees', async () => {
    drafter = await signIn(browser, installation, 'stc.lan');
    const { page } = drafter;
    await shot(page, '10-home-drafter');
    await accessible(page);
    const { letter, annex } = await printedLetter(browser);
    await page
      .getByRole('link', { name: /Soạn văn bản/ })
      .first()
      .click();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'cong-van-kinh-phi-chu-ky-so.pdf', mimeType: 'application/pdf', buffer: letter });
    await page.getByText('cong-van-kinh-phi-chu-ky-so.pdf').waitFor();
    await page.getByLabel('Trích yếu').fill(SUBJECT);
    await page.getByLabel('Ký hiệu').fill('STC-QLNS');
    for (const [typed, name] of [
      ['so noi vu', 'Sở Nội vụ'],
      ['binh an', 'Ủy ban nhân dân phường Bình An'],
      ['tay ha', 'Ủy ban nhân dân huyện Tây Hà'],
    ] as const) {
      await page.getByPlaceholder('Tìm cơ quan').fill(typed);
      const option = page.locator('[role=listbox] [role=option]').filter({ hasText: name }).first();
      await option.waitFor();
      if (typed === 'tay ha') await shot(page, '11-closed-agency-shows-its-successor');
      await option.click();
    }
    const signers = page.getByLabel('Người ký');
    const hung = (await signers.locator('option').allTextContents()).find((text) => text.includes('Trần Quốc Hùng')) as string;
    await signers.selectOption({ label: hung });
    await page
      .locator('input[type=file]')
      .last()
      .setInputFiles([
        { name: 'phu-luc.pdf', mimeType: 'application/pdf', buffer: annex },
        { name: 'danh-sach.csv', mimeType: 'text/csv', buffer: Buffer.from('TT;Cơ quan\n1;Sở Nội vụ\n') },
      ]);
    await page.getByText('danh-sach.csv').waitFor();
    await page.getByText('phu-luc.pdf').waitFor();
    await shot(page, '12-draft');
    await accessible(page);
    await page.getByRole('button', { name: 'Tiếp: chọn vị trí' }).click();
    await page.locator('canvas').first().waitFor();
    await page.getByText('Hệ thống đã tìm thấy', { exact: false }).waitFor();
    await shot(page, '13-places');
    await accessible(page);
    await page.getByRole('button', { name: 'Tiếp: kiểm tra lại' }).click();
    await page.getByRole('button', { name: /^Trình .* ký$/ }).waitFor();
    await shot(page, '14-check-answers');
    await page.getByRole('button', { name: /^Trình .* ký$/ }).click();
    await page.waitForURL('**/van-ban-di/**');
    await page.locator('canvas').first().waitFor();
    await shot(page, '15-submitted');
  });

  test('the leader reads it on the page, places the signature and signs on the device', async () => {
    leader = await signIn(browser, installation, 'stc.hung');
    const { page } = leader;
    await shot(page, '20-home-leader');
    await accessible(page);
    await page
      .getByRole('link', { name: new RegExp(SUBJECT, 'i') })
      .first()
      .click();
    await page.locator('canvas').first().waitFor();
    await shot(page, '21-document-leader');
    await accessible(page);
    await page
      .getByRole('link', { name: 'Ký số và chuyển văn thư' })
      .or(page.getByRole('button', { name: 'Ký số và chuyển văn thư' }))
      .first()
      .click();
    await page.locator('.signature-box').first().waitFor();
    await shot(page, '22-place-signature');
    await accessible(page);
    await page.getByRole('button', { name: 'Tiếp: kiểm tra lại' }).click();
    await page.getByRole('button', { name: 'Ký số và chuyển văn thư' }).click();
    await page.locator('.job-code').waitFor();
    await shot(page, '23-signing');
    await accessible(page);
    await agent.bringToFront();
    await agent.getByRole('button', { name: 'Ký', exact: true }).first().waitFor();
    await shot(agent, '24-device-asks');
    await accessible(agent);
    await consent(page, agent);
    await page.getByRole('heading', { name: 'Đã ký số' }).waitFor();
    await shot(page, '25-signed');
  });

  test('the clerk numbers, seals and registers in one act, and the deliveries fill by themselves', async () => {
    clerk = await signIn(browser, installation, 'stc.hoa');
    const { page } = clerk;
    await shot(page, '30-home-clerk');
    await page
      .getByRole('link', { name: new RegExp(SUBJECT, 'i') })
      .first()
      .click();
    await page.locator('canvas').first().waitFor();
    const act = 'Cấp số, đóng dấu và phát hành';
    await page
      .getByRole('link', { name: act })
      .or(page.getByRole('button', { name: act }))
      .first()
      .click();
    await page.getByRole('button', { name: /^Cấp số 2491/ }).waitFor();
    await page.getByRole('checkbox').first().check();
    await shot(page, '31-number-seal-issue');
    await accessible(page);
    await page.getByRole('button', { name: /^Cấp số 2491/ }).click();
    await page.locator('.job-code').waitFor();
    await consent(page, agent);
    await page.getByRole('heading', { name: 'Đã ban hành 2491/STC-QLNS' }).waitFor();
    // Three arrivals are verified meanwhile: on a busy computer half a minute was too short.
    await page.getByText('3 / 3 nơi đã nhận được').waitFor({ timeout: 90_000 });
    await shot(page, '32-issued');
    await accessible(page);
    const saving = page.waitForEvent('download');
    await page
      .getByRole('link', { name: 'Tải văn bản (PDF)' })
      .or(page.getByRole('button', { name: 'Tải văn bản (PDF)' }))
      .first()
      .click();
    issuedPdf = readFileSync(await (await saving).path());
    expect(issuedPdf.subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('the receiving clerk sees the verdict in one sentence, registers it and assigns it', async () => {
    receiver = await signIn(browser, installation, 'binhan.huong');
    const { page } = receiver;
    await page
      .getByRole('link', { name: new RegExp(SUBJECT, 'i') })
      .first()
      .click();
    await page.getByText('Văn bản này còn nguyên vẹn', { exact: false }).first().waitFor();
    // A table of data beside the signed files: told, and it makes the document neither better nor worse.
    await page.getByText('Phụ lục “danh-sach.csv” không có chữ ký số riêng', { exact: false }).waitFor();
    await shot(page, '40-incoming');
    await accessible(page);
    await page.getByRole('button', { name: 'Vào sổ và xác nhận với nơi gửi' }).click();
    await page
      .getByText(/Đã vào sổ, số đến \d+/)
      .first()
      .waitFor();
    const people = page.getByLabel('Người xử lý');
    await people.selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Phân công', exact: true }).click();
    await page.getByText('Đang xử lý').first().waitFor();
    await shot(page, '41-assigned');
    await accessible(page);
    await page.goto(`${installation.url}/lam-viec/so-dang-ky`);
    await page
      .getByRole('link', { name: /văn bản đến/ })
      .first()
      .click();
    await page.getByText('2491/STC-QLNS').first().waitFor();
    await shot(page, '42-incoming-register');
    await accessible(page);
  });

  test('the successor of the closed district received what was addressed to it', async () => {
    const successor = await signIn(browser, installation, 'minhkhai.ly');
    await successor.page
      .getByRole('link', { name: new RegExp(SUBJECT, 'i') })
      .first()
      .click();
    await successor.page.getByText('huyện Tây Hà', { exact: false }).first().waitFor();
    await shot(successor.page, '43-successor');
    expect(successor.complaints).toEqual([]);
    await successor.context.close();
  });

  test('the sender sees each receipt, and the register holds the number', async () => {
    const { page } = clerk;
    await page.goto(`${installation.url}/lam-viec/van-ban-di`);
    await page
      .getByRole('link', { name: new RegExp(SUBJECT, 'i') })
      .first()
      .click();
    await page.getByText('Đang xử lý').first().waitFor();
    await shot(page, '44-sender-sees-receipts');
    await accessible(page);
    await page.goto(`${installation.url}/lam-viec/so-dang-ky`);
    await page
      .getByRole('link', { name: /văn bản đi/ })
      .first()
      .click();
    await page.getByText('2491/STC-QLNS').first().waitFor();
    await shot(page, '45-outgoing-register');
    await accessible(page);
    await page.goto(`${installation.url}/lam-viec/thiet-bi`);
    await page.getByText('Thiết bị thực hành').first().waitFor();
    await shot(page, '46-devices');
    await accessible(page);
  });

  test('anybody verifies the file in the browser; not a byte of it leaves the machine', async () => {
    const visitor = await seat(browser);
    const { page } = visitor;
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET')
        sent.push(`${request.method()} ${new URL(request.url()).pathname} ${request.postDataBuffer()?.length ?? 0}`);
    });
    await page.goto(`${installation.url}/kiem-tra`);
    await shot(page, '50-verifier');
    await accessible(page);
    const drop = async (bytes: Buffer, name = '2491-STC-QLNS.pdf'): Promise<void> => {
      await page.locator('#file').setInputFiles({ name, mimeType: 'application/pdf', buffer: bytes });
    };
    await drop(issuedPdf);
    await page.getByText('Văn bản này còn nguyên vẹn', { exact: false }).first().waitFor();
    await shot(page, '51-verifier-valid');
    await accessible(page);
    for (const line of sent) {
      expect(line).toMatch(/^POST \/api\/public\/evidence \d+$/);
      expect(Number(line.split(' ')[2])).toBeLessThan(4000);
    }
    const flipped = Buffer.from(issuedPdf);
    const at = flipped.indexOf('stream') + 40;
    flipped[at] = (flipped[at] as number) ^ 1;
    await page.reload();
    await drop(flipped, 'da-sua.pdf');
    await page.getByText('Không hợp lệ', { exact: false }).first().waitFor();
    await shot(page, '52-verifier-invalid');
    await accessible(page);
    await page.reload();
    const { letter } = await printedLetter(browser);
    await drop(letter, 'chua-ky.pdf');
    await page
      .getByText(/chưa có chữ ký số|không có chữ ký số/i)
      .first()
      .waitFor();
    await shot(page, '53-verifier-unsigned');
    await page.goto(`${installation.url}/verify`);
    await drop(issuedPdf);
    await page.getByText('This document is intact', { exact: false }).first().waitFor();
    await shot(page, '54-verifier-english');
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  test('independent tools and the command line agree with the browser', async () => {
    if (tools.pdfsig) expect(pdfsig(issuedPdf)).toMatchObject({ signatures: 2, valid: 2 });
    if (tools.qpdf) expect(qpdfCheck(issuedPdf).status).toBe(0);
    const folder = mkdtempSync(join(tmpdir(), 'antin-walk-'));
    try {
      const file = join(folder, 'issued.pdf');
      writeFileSync(file, issuedPdf);
      const trust = join(folder, 'root.crt');
      writeFileSync(trust, Buffer.from(await (await fetch(`${installation.url}/authority/ca/root.crt`)).arrayBuffer()));
      const crls = ['root', 'issuing'].map((name) => join(folder, `${name}.crl`));
      for (const path of crls)
        writeFileSync(
          path,
          Buffer.from(await (await fetch(`${installation.url}/authority/crl/${basename(path)}`)).arrayBuffer()),
        );
      const judged = antin(
        'validate',
        file,
        '--trust',
        trust,
        ...crls.flatMap((path) => ['--crl', path]),
        '--offline',
        '--format',
        'json',
      );
      expect(judged.status, judged.stdout + judged.stderr).toBe(0);
      const report = JSON.parse(judged.stdout) as {
        verdict: string;
        signatures: { level: string; coverage: string; changes: { class: string; allowed: boolean }[] }[];
      };
      expect(report.verdict).toBe('valid');
      expect(report.signatures.map((one) => [one.level, one.coverage])).toEqual([
        ['B-LT', 'revision'],
        ['B-LT', 'revision'],
      ]);
      expect(report.signatures[0]?.changes.length).toBeGreaterThan(0);
      expect(report.signatures[0]?.changes.every((change) => change.allowed)).toBe(true);
      // The evidence is in the file: nothing but the root is needed, no network and no lists.
      expect(antin('validate', file, '--trust', trust, '--offline').status).toBe(0);
      // The same engine on the server.
      const answer = await fetch(`${installation.url}/api/public/validate`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', 'x-file-name': 'issued.pdf' },
        body: new Uint8Array(issuedPdf),
      });
      expect(((await answer.json()) as { report: { verdict: string } }).report.verdict).toBe('valid');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a document from before the reform is still proven, though its certificates were revoked with its district', async () => {
    const { page } = receiver;
    await page.goto(`${installation.url}/lam-viec/van-ban-di`);
    await page
      .getByRole('link', { name: /bàn giao hồ sơ, tài liệu và con dấu/i })
      .first()
      .click();
    await page.locator('canvas').first().waitFor();
    await page.getByText('Hợp lệ').first().waitFor();
    await shot(page, '47-document-of-a-closed-district');
    const saving = page.waitForEvent('download');
    await page
      .getByRole('link', { name: 'Tải về' })
      .or(page.getByRole('button', { name: 'Tải về' }))
      .first()
      .click();
    const past = readFileSync(await (await saving).path());
    const visitor = await seat(browser);
    await visitor.page.goto(`${installation.url}/kiem-tra`);
    await visitor.page.locator('#file').setInputFiles({ name: '214-BC-UBND.pdf', mimeType: 'application/pdf', buffer: past });
    await visitor.page.getByText('Văn bản này còn nguyên vẹn', { exact: false }).first().waitFor();
    await shot(visitor.page, '55-verifier-document-from-before');
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  test('the office is one click away from English, and works on a phone and in the dark', async () => {
    const english = await signIn(browser, installation, 'stc.hung');
    await english.page
      .getByRole('button', { name: 'English' })
      .or(english.page.getByRole('link', { name: 'English' }))
      .first()
      .click();
    await english.page.getByRole('heading', { name: 'Waiting for me' }).waitFor();
    await shot(english.page, '60-english');
    const phone = await signIn(browser, installation, 'ub.son', { phone: true });
    await shot(phone.page, '61-phone');
    await accessible(phone.page);
    const dark = await signIn(browser, installation, 'stc.lan', { dark: true });
    await dark.page.goto(`${installation.url}/lam-viec/van-ban-di`);
    await dark.page.getByText(new RegExp(SUBJECT, 'i')).first().waitFor();
    await shot(dark.page, '62-dark');
    await accessible(dark.page);
    for (const one of [english, phone, dark]) {
      expect(one.complaints).toEqual([]);
      await one.context.close();
    }
  });

  test('nothing in the walk made a script fail or a server stumble', () => {
    for (const one of [drafter, leader, clerk, receiver]) expect(one.complaints).toEqual([]);
  });

  test('after Ctrl-C and a new start everything is still there, ready in seconds', async () => {
    expect(await installation.stop()).toBe(0);
    const before = performance.now();
    const again = await startInstallation({ data: installation.data });
    const seconds = (performance.now() - before) / 1000;
    process.stderr.write(`second start: ready after ${seconds.toFixed(1)} s\n`);
    const back = await signIn(browser, again, 'stc.hoa');
    await back.page.goto(`${again.url}/lam-viec/van-ban-di`);
    await back.page.getByText('2491/STC-QLNS').first().waitFor();
    expect(await again.stop()).toBe(0);
  });
});
