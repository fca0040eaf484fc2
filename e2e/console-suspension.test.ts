import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, shot } from './browser.ts';
import { IssuerDesk } from './issuer-desk.ts';

interface Row {
  readonly certificate: { readonly issuerSha256: string; readonly serialHex: string };
  readonly name: string;
}

const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Suspension is for citizens' certificates alone (Decree 23/2025): one officer at once, another lifts it; openssl is the public. */
describe.skipIf(chromiumPath === undefined)('a suspension', () => {
  let desk: IssuerDesk;
  let citizen: Row;
  beforeAll(async () => {
    desk = await IssuerDesk.open();
  });
  afterAll(() => desk?.close());

  const file = (name: string) => join(desk.folder, name);
  const at = ({ certificate: { issuerSha256, serialHex } }: Row) => `${issuerSha256}/${serialHex}`;
  const listed = async (filters: string): Promise<Row[]> =>
    (await (await desk.officer('ca.kiemsoat')).get<{ items: Row[] }>(`/certificates?${filters}`)).items;
  const take = async (path: string, name: string): Promise<string> => {
    const answer = await fetch(`${desk.installation.url}${path}`);
    expect(answer.status).toBe(200);
    writeFileSync(file(name), Buffer.from(await answer.arrayBuffer()));
    return file(name);
  };
  /** As anybody may ask. */
  const ocspSays = (): string =>
    openssl(
      ...[
        'ocsp',
        '-issuer',
        file('issuing.crt'),
        '-cert',
        file('citizen.pem'),
        '-url',
        `${desk.installation.url}/authority/ocsp`,
      ],
      ...['-CAfile', file('root.crt'), '-verify_other', file('issuing.crt'), '-resp_text', '-no_nonce'],
    );
  /** The list that the certificate itself names. */
  const crlSays = async (): Promise<string> => {
    const said = openssl('x509', '-in', file('citizen.pem'), '-noout', '-ext', 'crlDistributionPoints');
    const path = new URL(/URI:(\S+)/.exec(said)?.[1] as string).pathname;
    return openssl('crl', '-inform', 'DER', '-in', await take(path, 'list.crl'), '-noout', '-text');
  };
  const hold = new RegExp('Certificate Hold', 'i');
  const inList = async (): Promise<boolean> => {
    const text = (await crlSays()).toLowerCase().replaceAll(':', '');
    const [, behind] = text.split(`serial number ${citizen.certificate.serialHex}`);
    return behind !== undefined && hold.test(behind.split('serial number ')[0] as string);
  };

  test('is there for the one citizen of the demo: good, and in no list', async () => {
    const [one, ...others] = await listed('profile=citizen');
    expect(others).toEqual([]);
    citizen = one as Row;
    const certificate = await (
      await desk.sit('ca.kiemsoat')
    ).request.get(`${desk.installation.url}/authority/api/certificates/${at(citizen)}/file`);
    writeFileSync(file('citizen.der'), await certificate.body());
    openssl('x509', '-inform', 'DER', '-in', file('citizen.der'), '-out', file('citizen.pem'));
    for (const name of ['issuing', 'root']) {
      const der = await take(`/authority/ca/${name}.crt`, `${name}.der`);
      openssl('x509', '-inform', 'DER', '-in', der, '-out', file(`${name}.crt`));
    }
    expect(ocspSays()).toContain('Cert Status: good');
    expect(await inList()).toBe(false);
  });

  test('is made by one officer, signed on the device: OCSP says revoked, certificateHold, and so does the list', async () => {
    const page = await desk.sit('ca.thuhoi');
    await desk.go(page, '/chung-thu?profile=citizen');
    await page.getByRole('link', { name: citizen.name, exact: true }).click();
    await page.getByText('OCSP trả lời: tốt').waitFor();
    await desk.look(page, '140-console-citizen');
    await page.getByRole('link', { name: 'Tạm dừng', exact: true }).last().click();
    await page.getByRole('heading', { name: 'Tạm dừng chứng thư' }).waitFor();
    await page.getByRole('button', { name: 'Ký và tạm dừng' }).click();
    await page.getByRole('link', { name: 'Ghi lý do (ít nhất 3 ký tự)' }).waitFor();
    await desk.look(page, '141-console-suspend');
    await page.getByLabel('Lý do', { exact: true }).fill('Người dân báo mất điện thoại, cuộc gọi 09:12');
    await desk.sign(page, 'Ký và tạm dừng');
    await page.getByRole('heading', { name: 'Đã tạm dừng' }).waitFor();
    await shot(page, '142-console-suspended');
    const said = ocspSays();
    expect(said).toContain('Cert Status: revoked');
    expect(said).toMatch(/certificateHold/);
    await expect.poll(inList, { timeout: 120_000, interval: 2000 }).toBe(true);
    await desk.go(page, '/tam-dung');
    await page.getByText('Bạn đã tạm dừng; cần cán bộ khác hủy.').waitFor();
    await desk.look(page, '143-console-suspensions');
    // Who suspended does not lift, whatever address they type.
    await desk.go(page, `/chung-thu/${at(citizen)}/lift`);
    await page.getByText('Việc này hiện không làm được').waitFor();
  });

  test('is lifted by another officer: good again, and gone from the list', async () => {
    const page = await desk.sit('ca.thuhoi2');
    await desk.go(page, '/tam-dung');
    await page.getByRole('link', { name: 'Hủy tạm dừng' }).click();
    await page.getByLabel('Lý do', { exact: true }).fill('Người dân đã tìm thấy điện thoại');
    await desk.look(page, '144-console-lift');
    await desk.sign(page, 'Ký và hủy tạm dừng');
    await page.getByRole('heading', { name: 'Đã hủy tạm dừng' }).waitFor();
    expect(ocspSays()).toContain('Cert Status: good');
    await expect.poll(inList, { timeout: 120_000, interval: 2000 }).toBe(false);
    await page.getByRole('link', { name: 'Xem chứng thư' }).click();
    await page.getByText('OCSP trả lời: tốt').waitFor();
    await page.getByRole('tab', { name: 'Phê duyệt và chữ ký' }).click();
    // Both stand there for ever, each with what was signed.
    expect(await page.getByRole('link', { name: 'Tải văn bản đã ký (CAdES)' }).count()).toBe(2);
    await desk.look(page, '145-console-suspension-history');
  });

  test('is refused for a certificate of official duty: no button, no page, no route', async () => {
    const [official] = (await listed('profile=person&state=valid')) as [Row];
    const page = await desk.sit('ca.thuhoi');
    await desk.go(page, `/chung-thu/${at(official)}`);
    await page.getByRole('link', { name: 'Thu hồi chứng thư' }).waitFor();
    expect(await page.locator('main').getByRole('link', { name: 'Tạm dừng', exact: true }).count()).toBe(0);
    await desk.go(page, `/chung-thu/${at(official)}/suspend`);
    await page.getByText('Việc này hiện không làm được').waitFor();
    const revoker = await desk.officer('ca.thuhoi');
    const { officerId } = await revoker.get<{ officerId: string }>('/session');
    const statement = {
      ...{ type: 'antin.suspension', certificate: official.certificate, act: 'suspend', reason: 'thử', officerId },
      at: new Date().toISOString(),
    };
    await expect(revoker.post('/suspensions', { statement })).rejects.toThrow('revocation.not-suspendable');
    expect(desk.complaints()).toEqual([]);
  });
});
