import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Listening } from '@antin/adapters/http/listen';
import { run as validateCommand } from '@antin/cli/commands/validate';
import type { ValidationReport } from '@antin/signature/validation/types';
import { everyFormat, type Sample } from '@antin/testkit/judging/every-format';
import { packed, unpacked } from '@antin/testkit/ooxml/packages';
import { runCommand } from '@antin/testkit/run-command';
import { accessibilityFindings, chromiumPath, launch, seat, shot, type Seat } from './browser.ts';
import { presentPki, startVerifier } from './verifying.ts';

if (chromiumPath === undefined) console.warn('SKIPPED: no Chromium here; the public verifier is not driven');

/** The public verifier in a real browser, the service behind it and the command line, over one file of each format. */
describe.skipIf(chromiumPath === undefined)('the public verifier', () => {
  const pki = presentPki();
  const folder = mkdtempSync(join(tmpdir(), 'antin verify e2e '));
  let server: Listening;
  let browser: Browser;
  let visitor: Seat;
  let page: Page;
  let samples: readonly Sample[];
  let strangers: readonly Sample[];
  /** Everything that left the browser. */
  const sent: { readonly line: string; readonly body: Buffer }[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startVerifier(pki), launch()]);
    samples = await everyFormat(pki, 'leader');
    strangers = await everyFormat(pki, 'unknownIssuer');
    visitor = await seat(browser);
    page = visitor.page;
    visitor.context.on('request', (request) => {
      const body = request.postDataBuffer() ?? Buffer.alloc(0);
      sent.push({ line: `${request.method()} ${new URL(request.url()).pathname}`, body });
    });
    writeFileSync(join(folder, 'root.der'), pki.certificate('root').raw);
    for (const name of ['root', 'issuing']) writeFileSync(join(folder, `${name}.crl`), pki.crlAt(pki.now, name));
    writeFileSync(join(folder, 'issuing.der'), pki.certificate('issuing').raw);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close(0);
    rmSync(folder, { recursive: true, force: true });
  });

  const given = (name: string, bytes: Uint8Array) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
  const verdict = () => page.locator('#result .verdict').first();

  async function inBrowser(
    file: Uint8Array,
    name: string,
    data?: { name: string; bytes: Uint8Array },
  ): Promise<ValidationReport> {
    await page.goto(`${server.url}/kiem-tra`);
    await page.locator('#file').setInputFiles(given(name, file));
    await verdict().waitFor();
    if (data !== undefined) {
      const before = await page.locator('#result').getAttribute('data-spent-ms');
      await page.locator('#data-files').setInputFiles(given(data.name, data.bytes));
      await page.locator(`#result:not([data-spent-ms="${before}"]) .verdict`).waitFor();
    }
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Tải báo cáo kỹ thuật (JSON)' }).click();
    return JSON.parse(readFileSync(await (await saving).path(), 'utf8')) as ValidationReport;
  }

  async function onServer(file: Uint8Array, name: string, data?: { name: string; bytes: Uint8Array }): Promise<ValidationReport> {
    const form = new FormData();
    form.append('file', new Blob([file as Uint8Array<ArrayBuffer>]), name);
    if (data !== undefined) form.append('data', new Blob([data.bytes as Uint8Array<ArrayBuffer>]), data.name);
    const answer = await fetch(`${server.url}/api/verify`, { method: 'POST', body: form });
    expect(answer.status, name).toBe(200);
    return ((await answer.json()) as { report: ValidationReport }).report;
  }

  async function onCommandLine(
    file: Uint8Array,
    name: string,
    data?: { name: string; bytes: Uint8Array },
  ): Promise<ValidationReport> {
    const at = (one: string): string => join(folder, one);
    writeFileSync(at(name), file);
    if (data !== undefined) writeFileSync(at(data.name), data.bytes);
    const ran = await runCommand(validateCommand, [
      ...[at(name), '--trust', at('root.der'), '--certificate', at('issuing.der')],
      ...['--crl', at('root.crl'), at('issuing.crl'), '--offline', '--format', 'json'],
      ...(data === undefined ? [] : ['--detached', at(data.name)]),
    ]);
    expect(ran.err, name).toBe('');
    return JSON.parse(ran.out) as ValidationReport;
  }

  /** What must be the same wherever it is asked. */
  const essence = ({ verdict: said, format, sha256, decidedBy, signatures, errors }: ValidationReport) => ({
    ...{ verdict: said, format, sha256, decidedBy, errors: errors.map((one) => one.code) },
    signatures: signatures.map((one) => ({
      ...{ indication: one.indication, subIndication: one.subIndication, level: one.level, decidedBy: one.decidedBy },
      ...{
        coverage: one.coverage,
        covers: one.covers,
        signer: one.signer?.subject,
        errors: one.errors.map((fault) => fault.code),
      },
    })),
  });

  test.each([
    ['as it was signed', 'valid', false, () => samples],
    ['after what was signed was changed', 'invalid', true, () => samples],
    ['signed by somebody of an unknown issuer', 'indeterminate', false, () => strangers],
  ] as const)('every format %s: %s in the browser, on the server and on the command line', async (_, wanted, change, of) => {
    for (const one of of()) {
      const file = change ? one.changed.file : one.file;
      const data = one.data && { name: one.data.name, bytes: change ? (one.changed.data ?? one.data.bytes) : one.data.bytes };
      const here = await inBrowser(file, one.name, data);
      expect(here.verdict, one.name).toBe(wanted);
      const [there, terminal] = [await onServer(file, one.name, data), await onCommandLine(file, one.name, data)];
      expect(essence(there), one.name).toEqual(essence(here));
      expect(essence(terminal), one.name).toEqual(essence(here));
    }
  });

  test('no request carries a file: only issuers and serial numbers are asked', () => {
    expect(sent.length).toBeGreaterThan(50);
    for (const { line, body } of sent) {
      expect(line).toMatch(/^(GET \/\S*|POST \/api\/public\/evidence)$/);
      expect(body.length).toBeLessThan(4000);
      if (body.length === 0) continue;
      const { needs } = JSON.parse(body.toString()) as { needs: object[] };
      for (const need of needs) expect(Object.keys(need).sort()).toEqual(['issuerSha256', 'kind', 'serialHex']);
    }
    for (const { file, data } of [...samples, ...strangers]) {
      for (const content of [file, data?.bytes]) {
        const piece = content && Buffer.from(content).subarray(20, 52);
        if (piece) expect(sent.some(({ body }) => body.includes(piece) || body.includes(piece.toString('base64')))).toBe(false);
      }
    }
  });

  test('a PDF is judged without the XML parser, which others load from this server', async () => {
    const fresh = await seat(browser);
    const loaded: { readonly path: string; readonly size: number }[] = [];
    fresh.context.on('response', async (response) => {
      const size = Number((await response.allHeaders())['content-length'] ?? 0);
      loaded.push({ path: new URL(response.url()).pathname, size });
      expect(response.url().startsWith(server.url)).toBe(true);
    });
    const check = async (name: string): Promise<void> => {
      const one = samples.find((sample) => sample.name === name) as Sample;
      await fresh.page.goto(`${server.url}/kiem-tra`);
      await fresh.page.locator('#file').setInputFiles(given(name, one.file));
      await fresh.page.locator('#result .verdict').first().waitFor();
    };
    await check('văn bản.pdf');
    const first = loaded.map((one) => one.path);
    await check('quyết định.xml');
    const later = loaded.map((one) => one.path).filter((path) => path.startsWith('/assets/') && !first.includes(path));
    expect(later).toHaveLength(1);
    // Compressed: what must come over a commune's line before the first verdict on a PDF.
    const scripts = loaded.slice(0, first.length).filter((one) => one.path.endsWith('.js'));
    const weight = scripts.reduce((sum, one) => sum + one.size, 0);
    expect(weight).toBeGreaterThan(50_000);
    expect(weight).toBeLessThan(250_000);
    expect(fresh.complaints).toEqual([]);
    await fresh.context.close();
  });

  test('without the server it says what it could not ask, and still tells what was changed', async () => {
    const offline = await seat(browser);
    const [pdf] = samples as [Sample];
    await offline.page.goto(`${server.url}/kiem-tra`);
    await offline.page.route('**/api/public/**', (route) => route.abort());
    await offline.page.locator('#file').setInputFiles(given(pdf.name, pdf.file));
    await offline.page.locator('#result .offline').waitFor();
    expect(await offline.page.locator('#result .verdict .word').textContent()).toBe('Chưa thể kết luận');
    await shot(offline.page, '60-verifier-offline');
    await offline.page.locator('#file').setInputFiles(given(pdf.name, pdf.changed.file));
    await offline.page.locator('#result .verdict.invalid').waitFor();
    await offline.context.close();
  });

  test('people and experts see what they need, without a finding of axe', async () => {
    const find = (name: string): Sample => samples.find((one) => one.name === name) as Sample;
    const accessible = async (): Promise<void> => expect(await accessibilityFindings(page)).toEqual([]);
    await page.goto(`${server.url}/kiem-tra`);
    await shot(page, '61-verifier-empty');
    await accessible();

    await page.locator('#file').setInputFiles(given('bó tệp.asice', find('bó tệp.asice').file));
    await verdict().waitFor();
    expect(await page.locator('.covers li').allTextContents()).toEqual(['tệp quyết định.txt nguyên vẹn']);
    await shot(page, '62-verifier-container');
    await accessible();
    await page.getByText('Dành cho chuyên gia').click();
    await page.getByRole('tab', { name: 'Các bước kiểm tra' }).waitFor();
    expect(await page.getByRole('table').first().textContent()).toContain('EN 319 102-1');
    await page.getByRole('tab', { name: 'Các bước kiểm tra' }).scrollIntoViewIfNeeded();
    await shot(page, '63-verifier-checks');
    await accessible();
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Các bước kiểm tra' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(JSON.parse((await page.locator('pre.report').textContent()) ?? '')).toMatchObject({ verdict: 'valid' });
    await accessible();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('pre.report').textContent()).toContain('http://uri.etsi.org/19102/v1.4.1#');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: /^Tải .*ts119102-2\.xml$/ }).click();
    expect(readFileSync(await (await saving).path(), 'utf8')).toContain('urn:etsi:019102:mainindication:total-passed');
    await page.keyboard.press('Tab');
    await page.getByRole('tab', { name: 'Chứng thư và bằng chứng' }).click();
    const pieces = page.waitForEvent('download');
    await page
      .getByRole('row', { name: /Nguyễn Văn An/ })
      .getByRole('button')
      .click();
    expect(readFileSync(await (await pieces).path()).equals(pki.certificate('leader').raw)).toBe(true);
    expect(await page.getByRole('row', { name: /Danh sách thu hồi/ }).count()).toBeGreaterThan(0);
    await shot(page, '64-verifier-pieces');
    await accessible();

    await page.goto(`${server.url}/kiem-tra`);
    await page.locator('#file').setInputFiles(given('ký rời.xml', find('ký rời.xml').file));
    await page.locator('.missing').waitFor();
    expect(await page.locator('.missing li').allTextContents()).toEqual(['quyết định.txt']);
    await shot(page, '65-verifier-detached');
    await accessible();

    const loose = find('ký rời.p7s');
    await page.goto(`${server.url}/kiem-tra`);
    await page.locator('#file').setInputFiles([given(loose.data!.name, loose.data!.bytes), given(loose.name, loose.file)]);
    await page.locator('#result .verdict.valid').waitFor();

    await page.goto(`${server.url}/kiem-tra`);
    const more = packed({ ...unpacked(find('bó tệp.asice').file), 'thêm vào.txt': 'không ai ký' });
    await page.locator('#file').setInputFiles(given('thêm tệp.asice', more));
    await page.locator('#result .verdict.indeterminate').waitFor();
    expect(await page.locator('section .covers li').allTextContents()).toContain('thêm vào.txt không được ký');
    await page.locator('#unsigned-title').scrollIntoViewIfNeeded();
    await shot(page, '71-verifier-unsigned-file');
    await accessible();

    await page.goto(`${server.url}/kiem-tra`);
    await page.locator('#file').setInputFiles(given('sửa.xml', find('quyết định.xml').changed.file));
    await page.locator('#result .verdict.invalid').waitFor();
    await shot(page, '66-verifier-changed-xml');
    await page.goto(`${server.url}/kiem-tra`);
    await page.locator('#file').setInputFiles(given('ghi chú.txt', new TextEncoder().encode('xin chào')));
    await page.getByRole('alert').waitFor();
    await shot(page, '67-verifier-unsupported');
    await accessible();
    expect(visitor.complaints).toEqual([]);
  });

  test('on a phone, in English, and printed', async () => {
    const phone = await seat(browser, { phone: true });
    await phone.page.goto(`${server.url}/verify`);
    const office = samples.find((one) => one.name === 'công văn.docx') as Sample;
    await phone.page.locator('#file').setInputFiles(given(office.name, office.file));
    await phone.page.locator('#result .verdict').waitFor();
    await shot(phone.page, '68-verifier-phone-english');
    expect(await accessibilityFindings(phone.page)).toEqual([]);
    expect(await phone.page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await phone.page.emulateMedia({ media: 'print' });
    expect(await phone.page.locator('.drop').isVisible()).toBe(false);
    expect(await phone.page.locator('#result .verdict').isVisible()).toBe(true);
    await phone.context.close();
  });

  test('without JavaScript the file is sent by a plain form, and a page with the four answers comes back', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      locale: 'vi-VN',
      viewport: { width: 1366, height: 768 },
    });
    const plain = await context.newPage();
    const send = async (one: Sample, file: Uint8Array): Promise<string> => {
      await plain.goto(`${server.url}/kiem-tra`);
      await plain.locator('input[name=file]').setInputFiles(given(one.name, file));
      if (one.data !== undefined) await plain.locator('input[name=data]').setInputFiles(given(one.data.name, one.data.bytes));
      await plain.getByRole('button', { name: 'Gửi và kiểm tra' }).click();
      await plain.locator('#result').waitFor();
      return (await plain.locator('#result').textContent()) ?? '';
    };
    const find = (name: string): Sample => samples.find((one) => one.name === name) as Sample;
    await plain.goto(`${server.url}/kiem-tra`);
    await shot(plain, '69-verifier-no-script');
    for (const name of ['văn bản.pdf', 'ký rời.p7s']) {
      expect(await send(find(name), find(name).file)).toMatch(/còn nguyên vẹn[^]*Có bị thay đổi không\?[^]*Nguyễn Văn An/);
    }
    await shot(plain, '70-verifier-no-script-answer');
    const pdf = find('văn bản.pdf');
    expect(await send(pdf, pdf.changed.file)).toMatch(/Không hợp lệ/);
    expect(await send(pdf, new TextEncoder().encode('xin chào'))).toMatch(/format\.unsupported/);
    await context.close();
  });
});
