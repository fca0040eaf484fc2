import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { encodePem } from '@antin/pki/pem';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { Issued } from './issuance/issue.ts';
import type { IssueRequest } from './issuance/rules.ts';
import type { Database } from './issuance/store.ts';
import { authorityService } from './service.ts';
import type { AuthorityOptions, AuthorityService } from './service.ts';

export const HOUR = 3_600_000;
export const START = Date.parse('2026-03-02T02:00:00Z');
export const baseUrl = 'http://127.0.0.1:8080/authority';
export const quiet = { info: () => {}, error: () => {} };

/** The body of a request for a person with a fresh key. */
export function person(
  commonName = 'Nguyễn Văn An',
  key = nodeSecrets.generateKeyPair('p-256'),
): IssueRequest & { spki: Uint8Array; pkcs8: Uint8Array } {
  return {
    profile: 'person',
    subject: { commonName, organization: 'SỞ NỘI VỤ', organizationalUnit: 'Văn phòng', locality: 'Hà Nội' },
    mail: 'an@noivu.gov.vn',
    spki: key.spki,
    pkcs8: key.pkcs8,
  };
}

export const pem = (certificate: Certificate) => encodePem('CERTIFICATE', certificate.raw);
export const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** An authority on a test's own database and folder, under a clock that is turned by hand. */
export class AuthorityForTests {
  readonly folder: string;
  readonly db: Database;
  now = START;
  service!: AuthorityService;

  /** @param folder of another, for a second process of the same authority */
  constructor(db: Database, folder = mkdtempSync(join(tmpdir(), 'antin-authority-'))) {
    this.db = db;
    this.folder = folder;
  }

  /** Opens it, again with the same keys after the first time. */
  async open(more: Partial<AuthorityOptions> = {}): Promise<this> {
    const dataDir = join(this.folder, 'data');
    this.service = await authorityService({ db: this.db, dataDir, baseUrl, clock: () => this.now, log: quiet, ...more });
    return this;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get issuer(): Certificate {
    return this.service.chain()[0] as Certificate;
  }

  get root(): Certificate {
    return this.service.trustAnchors()[0]?.certificate as Certificate;
  }

  async issued(request: IssueRequest = person()): Promise<Issued> {
    const done = await this.service.issueCertificate(request);
    if (done.status === 'refused') throw new Error(`${done.code} ${done.detail ?? ''}`);
    return done;
  }

  async get(path: string) {
    const answer = await this.service.app.request(path);
    return { answer, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }

  async post(path: string, type: string, body: Uint8Array): Promise<Response> {
    return this.service.app.request(path, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': type } });
  }

  /** An OCSP request about one serial. */
  ask(serial: Uint8Array, nonce?: Uint8Array, issuer = this.issuer): Uint8Array {
    return buildOcspRequest([certId(issuer, serial, 'SHA-1', nodeCrypto)], nonce);
  }

  async statusOf(certificate: Certificate) {
    const response = parseOcspResponse(await this.service.ocsp(this.ask(certificate.serialNumber)));
    return response.basic?.responses[0]?.status;
  }

  /** Writes a file for an outside tool. */
  file(name: string, bytes: Uint8Array | string): string {
    const path = join(this.folder, name);
    writeFileSync(path, bytes);
    return path;
  }
}
