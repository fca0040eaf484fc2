import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@antin/protocol/canonical-json';

interface Receipt {
  readonly status?: string;
  readonly code?: string;
}

/** Requests of one agency that is let in by its token, as its system sends them; keys and signatures by openssl. */
export class AgencySystem {
  private readonly url: string;
  private readonly token: string;
  private readonly folder: string;
  private readonly paper = Buffer.from('%PDF-1.7 Văn bản xác nhận của cơ quan quản lý trực tiếp');

  constructor(url: string, token: string, folder: string) {
    this.url = url;
    this.token = token;
    this.folder = folder;
  }

  /** A key on the subscriber's own device, and its PKCS#10. */
  newKey(name: string): string {
    const key = join(this.folder, `${name}.key`);
    const csr = join(this.folder, `${name}.csr`);
    const parameters = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x', '-batch'];
    execFileSync('openssl', ['req', '-new', ...parameters, '-keyout', key, '-outform', 'DER', '-out', csr], { stdio: 'pipe' });
    return readFileSync(csr).toString('base64');
  }

  async send(subjects: readonly object[], more: object = {}): Promise<void> {
    const managingAgency = { code: 'H53.11', name: 'Sở Tài chính tỉnh Ví Dụ', place: 'Tỉnh Ví Dụ' };
    const attachment = createHash('sha256').update(this.paper).digest('hex');
    const request = {
      ...{ type: 'antin.certificate-request', version: 1, id: randomUUID(), number: '145/STC-VP' },
      from: { code: 'H53', name: 'Ủy ban nhân dân tỉnh Ví Dụ', place: 'Tỉnh Ví Dụ' },
      round: { id: randomUUID(), name: 'Đăng ký nhu cầu năm 2027' },
      createdAt: new Date().toISOString(),
      items: subjects.map((item) => ({
        ...{ act: 'new', id: randomUUID(), managingAgency, device: 'pki-token', attachments: [attachment] },
        ...item,
      })),
      ...more,
    };
    await this.call('PUT', `/attachments/${attachment}`, this.paper, 'application/octet-stream');
    const receipt = await this.call('POST', '/submissions', canonicalJson(request), 'application/json');
    if (receipt.status !== 'accepted') throw new Error(`${receipt.status}: ${receipt.code}`);
  }

  private async call(method: string, path: string, body: Buffer | string, type: string): Promise<Receipt> {
    const response = await fetch(`${this.url}/authority/api/sender${path}`, {
      ...{ method, body: new Uint8Array(Buffer.from(body)) },
      headers: { authorization: `Bearer ${this.token}`, 'content-type': type },
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Receipt;
  }

  /** The receiver signs the record with the new key: detached CMS, as the program of the device makes it. */
  signed(name: string, record: string, certificate: string): string {
    const out = `${record}.p7s`;
    const pem = execFileSync('openssl', ['x509', '-inform', 'DER', '-in', certificate]);
    const signer = join(this.folder, `${name}.pem`);
    writeFileSync(signer, pem);
    const key = join(this.folder, `${name}.key`);
    const options = ['-binary', '-md', 'sha256', '-cades', '-outform', 'DER', '-in', record, '-out', out];
    execFileSync('openssl', ['cms', '-sign', '-signer', signer, '-inkey', key, ...options], { stdio: 'pipe' });
    return out;
  }
}

export const official = (fullName: string, citizenNumber: string, more: object = {}): object => ({
  subject: {
    ...{ form: '01', fullName, citizenNumber, title: 'Chuyên viên', unit: 'Phòng Quản lý ngân sách' },
    ...{ mail: 'chuyenvien@vidu.gov.vn', phone: '0912 345 678' },
  },
  ...more,
});
