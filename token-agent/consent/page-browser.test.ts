import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useFolder } from '@antin/testkit/folder';
import type { JobClaims } from '@antin/protocol/agent/jobs';
import { PagePrompt } from './page-prompt.ts';
import { startPageServer, type PageServer } from './page-server.ts';
import type { PresentedJob } from './prompt.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (CHROMIUM === undefined) console.warn('SKIPPED: no Chromium; the agent’s page is not tried in a browser');

const JTI = '7c1d3a52-0b6f-4d1e-9b7a-2f1f6f1f0a11';
const document = join(useFolder().path, '0.pdf');

function question(): PresentedJob {
  writeFileSync(document, '%PDF-1.7\n%%EOF\n');
  const summary = [{ label: { vi: 'Số, ký hiệu', en: 'Number' }, value: '<img src=x onerror=alert(1)>12/STC-NS' }];
  const claims = { act: 'issue', person: 'Nguyễn Thị Hồng Hạnh', origin: 'https://o', comparisonCode: '4071', summary, exp: 2e9 };
  return {
    jti: JTI,
    claims: claims as unknown as JobClaims,
    items: 1,
    batch: false,
    summary: claims.summary,
    documents: [{ index: 0, title: 'V/v báo cáo', fileName: 'f.pdf', size: 28, path: document }],
    certificate: { subject: 'Sở Tài chính', issuer: 'CA', serialHex: '01', notAfter: '2030-01-01T00:00:00Z', place: 'VNPT' },
    condition: { pin: 'screen', pinCountLow: false },
    practice: false,
    wrongPins: 0,
  };
}

describe.skipIf(CHROMIUM === undefined)('the agent’s page in Chromium', () => {
  let browser: Browser;
  let page: PageServer;
  const prompt = new PagePrompt({ name: 'Máy văn thư', holder: 'token' });

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] });
    page = await startPageServer(prompt);
  });
  afterAll(async () => {
    await browser.close();
    await page.close();
  });

  it('opened by the agent shows the question, hides the secret at once, and sends the PIN on consent', async () => {
    const decided = prompt.ask(question(), new AbortController().signal);
    const tab = await browser.newPage();
    const faults: string[] = [];
    tab.on('pageerror', (error) => faults.push(error.message));
    tab.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await tab.goto(page.openUrl);
    await tab.getByText('4071').waitFor();
    expect(tab.url()).toBe(page.url);
    // What others wrote is text, never markup.
    await tab.getByText('<img src=x onerror=alert(1)>12/STC-NS').waitFor();
    await tab.getByLabel('Mã PIN của thiết bị').fill('mã 482913');
    await tab.getByRole('button', { name: 'Ký', exact: true }).click();
    const decision = (await decided) as { decision: string; pin: Buffer };
    expect([decision.decision, decision.pin.toString()]).toEqual(['sign', 'mã 482913']);
    prompt.tell({ jti: JTI, order: JTI, title: 'V/v báo cáo', code: 'signed', at: new Date().toISOString() });
    await tab.getByText('Đã ký').waitFor();
    await tab.getByRole('button', { name: 'English' }).click();
    await tab.getByText('Nothing waits to be signed').waitFor();
    expect(faults).toEqual([]);
    await tab.context().close();
  });

  it('counts what is checked before it asks, heads the question with what was read, and marks what it was told', async () => {
    const tab = await browser.newPage();
    await tab.goto(page.openUrl);
    const { claims, ...rest } = question();
    prompt.coming({ jti: JTI, claims, items: 100, batch: true, total: 100 }, 37);
    await tab.getByText('Đang kiểm tra từng tệp: 37/100').waitFor();
    expect(await tab.getByRole('button', { name: /^Ký/ }).count()).toBe(0);
    const summary = [
      { label: { vi: 'Việc', en: 'Act' }, value: 'Duyệt: 1' },
      { label: { vi: 'Ghi chú', en: 'Note' }, value: 'của trang làm việc', told: true as const },
    ];
    const heading = { vi: 'Ký: Duyệt', en: 'Sign: Approve' };
    const withdrawn = new AbortController();
    const asked = prompt.ask({ ...rest, claims, heading, summary }, withdrawn.signal).catch((fault: Error) => fault);
    await tab.getByRole('heading', { name: 'Ký: Duyệt' }).waitFor();
    expect(await tab.getByText('Đang kiểm tra từng tệp').count()).toBe(0);
    expect(await tab.locator('.told').textContent()).toMatch(/không nằm trong nội dung ký.*Của trang làm việc/);
    expect(await tab.locator('.told').textContent()).not.toContain('Duyệt: 1');
    await tab.getByText('Đã kiểm tra đủ 1 tệp').waitFor();
    withdrawn.abort();
    await asked;
    await tab.context().close();
  });

  it('says how to open it when it was opened without the secret', async () => {
    const tab = await browser.newPage();
    await tab.goto(page.url);
    await tab.getByText('Trang này phải do chương trình ký mở').waitFor();
    await tab.context().close();
  });

  it('cannot be framed, read, called or scripted by a page of another origin on this machine', async () => {
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>evil</title>');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const target = page.url;
    const outcome = await tab.evaluate(
      `(async () => {
        const tried = {};
        const call = async (name, work) => { tried[name] = await work().then((r) => r.type + r.status, () => 'blocked'); };
        await call('read', () => fetch('${target}status'));
        await call('post', () => fetch('${target}api/state', { method: 'POST', body: '{}' }));
        await call('json', () => fetch('${target}api/state', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }));
        tried.script = await new Promise((done) => {
          const script = document.createElement('script');
          script.src = '${target}page.js';
          script.onload = () => done('loaded');
          script.onerror = () => done('blocked');
          document.head.append(script);
        });
        const frame = document.createElement('iframe');
        frame.src = '${target}';
        const loaded = new Promise((done) => (frame.onload = done));
        document.body.append(frame);
        await loaded;
        try { tried.frame = frame.contentWindow.location.href; } catch { tried.frame = 'blocked'; }
        return tried;
      })()`,
    );
    expect(outcome).toEqual({ read: 'blocked', post: 'blocked', json: 'blocked', script: 'blocked', frame: 'blocked' });
    const framed = tab.frames().find((frame) => frame !== tab.mainFrame());
    expect(await framed?.content()).not.toContain('Thiết bị ký');
    await tab.context().close();
    other.close();
  });
});
